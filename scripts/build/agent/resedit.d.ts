/**
 * What is used of resedit. Its own declarations name lib.dom, which would then hold for the whole project and change the types
 * of WebCrypto; tsconfig.json points here in their place.
 */
export interface ResourceEntry {
  type: string | number;
  id: string | number;
  lang: string | number;
  codepage: number;
  bin: ArrayBuffer;
}

export interface FixedVersionInfo {
  fileVersionMS: number;
  fileVersionLS: number;
  productVersionMS: number;
  productVersionLS: number;
  fileFlagsMask: number;
  fileFlags: number;
  fileOS: number;
  fileType: number;
}

export class NtExecutable {
  static from(content: Uint8Array | ArrayBuffer, options?: { ignoreCert?: boolean }): NtExecutable;
  generate(): ArrayBuffer;
}

export class NtExecutableResource {
  static from(executable: NtExecutable): NtExecutableResource;
  entries: ResourceEntry[];
  outputResource(executable: NtExecutable): void;
}

export namespace Data {
  export class RawIconItem {
    static from(content: Uint8Array | ArrayBuffer, width: number, height: number, bitCount: number): RawIconItem;
    isRaw(): boolean;
    bin: ArrayBuffer;
  }
}

export namespace Resource {
  export class IconGroupEntry {
    static fromEntries(entries: readonly ResourceEntry[]): IconGroupEntry[];
    getIconItemsFromEntries(entries: readonly ResourceEntry[]): Data.RawIconItem[];
    static replaceIconsForResource(
      entries: ResourceEntry[],
      id: number,
      lang: number,
      icons: readonly Data.RawIconItem[],
    ): void;
  }

  export interface Language {
    lang: number;
    codepage: number;
  }

  export class VersionInfo {
    static create(options: {
      lang: number;
      fixedInfo: Partial<FixedVersionInfo>;
      strings: readonly (Language & { values: Record<string, string> })[];
    }): VersionInfo;
    static fromEntries(entries: readonly ResourceEntry[]): VersionInfo[];
    fixedInfo: FixedVersionInfo;
    getAllLanguagesForStringValues(): Language[];
    getStringValues(language: Language): Record<string, string>;
    outputToResourceEntries(entries: ResourceEntry[]): void;
  }
}
