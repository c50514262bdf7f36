/** What Windows shows of hallpass-agent.exe: its properties and its icon. Without them it is "Node.js JavaScript Runtime". */
import { Data, NtExecutable, NtExecutableResource, Resource } from 'resedit';
import { iconPicture, iconSizes } from './icon.ts';

/** English of the United States, in UTF-16: what the texts are filed under. */
const language = { lang: 0x409, codepage: 1200 };
/** RT_ICON, RT_GROUP_ICON and RT_VERSION. */
const shown: readonly (string | number)[] = [3, 14, 16];
/** VS_FF_PRERELEASE, VOS_NT_WINDOWS32 and VFT_APP of VS_FIXEDFILEINFO. */
const [prerelease, windows, application] = [0x2, 0x40004, 1];

export interface Properties {
  /** Of the file, as it is built. */
  file: string;
  /** As in package.json. */
  version: string;
}

/** @returns the content with Hallpass's properties instead of Node's; what is no Windows executable comes back as it is */
export function withProperties(content: Buffer, properties: Properties): Buffer {
  if (content.toString('latin1', 0, 2) !== 'MZ') return content;
  const executable = NtExecutable.from(content);
  const resources = NtExecutableResource.from(executable);
  resources.entries = resources.entries.filter(({ type }) => !shown.includes(type));
  versionOf(properties).outputToResourceEntries(resources.entries);
  const icons = iconSizes.map((size) => Data.RawIconItem.from(iconPicture(size), size, size, 32));
  Resource.IconGroupEntry.replaceIconsForResource(resources.entries, 1, language.lang, icons);
  resources.outputResource(executable);
  return Buffer.from(executable.generate());
}

/** Its four numbers are those of the version; what follows a hyphen or plus sign stands in the texts only. */
export function versionOf({ file, version }: Properties): Resource.VersionInfo {
  const [major = 0, minor = 0, patch = 0] = version.split(/[-.+]/).map(Number);
  const [high, low] = [(major << 16) | minor, patch << 16];
  return Resource.VersionInfo.create({
    lang: language.lang,
    fixedInfo: {
      ...{ fileVersionMS: high, fileVersionLS: low, productVersionMS: high, productVersionLS: low },
      ...{ fileFlagsMask: 0x3f, fileFlags: version.includes('-') ? prerelease : 0 },
      ...{ fileOS: windows, fileType: application },
    },
    strings: [
      {
        ...language,
        values: {
          CompanyName: 'Hallpass',
          FileDescription: 'Hallpass agent',
          FileVersion: version,
          InternalName: 'hallpass-agent',
          LegalCopyright: 'MIT license. Holds Node.js: see THIRD-PARTY-LICENSES.txt.',
          OriginalFilename: file,
          ProductName: 'Hallpass',
          ProductVersion: version,
        },
      },
    ],
  });
}
