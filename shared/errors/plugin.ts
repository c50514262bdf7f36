import type { Entry } from './entry.ts';

export const pluginErrors = {
  PLUGIN_INVALID: {
    retry: 'bug',
    sentence: 'The generated plugin breaks a rule of PowerSchool in {where}: {reason}.',
    action: 'If you passed a column or a name yourself, correct it; otherwise report this.',
    meaning: 'Hallpass validates the plugin before writing it, because PowerSchool refuses some mistakes silently.',
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
      'A choice for the plugin (where to read addresses or usernames, the version, the variant) cannot work in any PowerSchool. Nothing was written. When you enable the plugin, PowerSchool shows whether the column exists there.',
  },
  PLUGIN_ARCHIVE_INVALID: {
    retry: 'fix',
    sentence: 'The file {file} is not a plugin that PowerSchool could have installed: {reason}.',
    action: 'Pass the ZIP exactly as you uploaded it to PowerSchool, not unpacked and zipped again.',
    meaning:
      'The command compares the earlier plugin, passed with --previous, with the new one. Its ZIP is damaged, hostile (it would unpack to far more than a plugin contains), or has no readable plugin.xml at its root.',
  },
  PLUGIN_OF_ANOTHER_NAME: {
    retry: 'fix',
    sentence: 'The earlier plugin in {file} is called "{previous}", the new one "{name}".',
    action: 'Pass an earlier ZIP of this plugin with --previous, or omit the option.',
    meaning:
      'PowerSchool identifies plugins by name. It would not update a plugin with another name but keep it beside the new one.',
  },
  PLUGIN_VERSION_NOT_HIGHER: {
    retry: 'fix',
    sentence: 'The version {version} is not higher than {previous}, the version of the earlier plugin in {file}.',
    action: 'Choose a higher version, for example --version {higher}.',
    meaning:
      'PowerSchool refuses to install a plugin over one with the same name unless the version is higher, and keeps the old one. This happens when only an option changed (another email column, for example) and Hallpass itself has the same version. Nothing was written.',
  },
} as const satisfies Record<string, Entry>;
