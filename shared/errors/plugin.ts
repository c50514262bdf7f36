import type { Entry } from './entry.ts';

export const pluginErrors = {
  PLUGIN_INVALID: {
    retry: 'bug',
    sentence: 'The generated plugin breaks a rule of PowerSchool in {where}: {reason}.',
    action: 'If you gave a column or a name yourself, correct it; else please report this.',
    meaning: 'The plugin is validated before it is written, because PowerSchool refuses some mistakes only silently.',
  },
  PLUGIN_UNWRITABLE: {
    retry: 'fix',
    sentence: 'The plugin or its guide cannot be written to {file}: {reason}.',
    action: 'Choose another path with --out, and with --guide for the guide.',
    meaning: 'The folder is missing or not writable.',
  },
  PLUGIN_OPTION_INVALID: {
    retry: 'fix',
    sentence: 'The option {option} cannot be used: {reason}.',
    action: 'Correct it; "hallpass-agent plugin --help" has examples.',
    meaning:
      'A choice for the plugin (where addresses or usernames are read, the version, the variant) cannot work in any PowerSchool. Nothing was written. Whether a column exists in your PowerSchool shows when the plugin is enabled there.',
  },
  PLUGIN_ARCHIVE_INVALID: {
    retry: 'fix',
    sentence: 'The file {file} is not a plugin that could have been installed: {reason}.',
    action: 'Name the ZIP as it was given to PowerSchool, not unpacked and zipped again.',
    meaning:
      'The earlier plugin named with --previous is read to compare it with the new one. Its ZIP is damaged, hostile (it would unpack to far more than a plugin holds), or has no readable plugin.xml at its root.',
  },
  PLUGIN_OF_ANOTHER_NAME: {
    retry: 'fix',
    sentence: 'The earlier plugin in {file} is called "{previous}", the new one "{name}".',
    action: 'Name an earlier ZIP of this plugin with --previous, or leave the option out.',
    meaning:
      'PowerSchool tells plugins apart by name. One of another name would not be updated but stay installed beside the new one.',
  },
  PLUGIN_VERSION_NOT_HIGHER: {
    retry: 'fix',
    sentence: 'The version {version} is not higher than {previous}, the version of the earlier plugin in {file}.',
    action: 'Choose a higher one, for example --version {higher}.',
    meaning:
      'PowerSchool refuses to install a plugin over one of the same name unless the version is higher, and keeps the old one. It happens when only a choice has changed (another e-mail column, say) and Hallpass itself is the same version. Nothing was written.',
  },
} as const satisfies Record<string, Entry>;
