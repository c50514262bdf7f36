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
    sentence: 'The plugin cannot be written to {file}: {reason}.',
    action: 'Choose another path with --out.',
    meaning: 'The folder is missing or not writable.',
  },
} as const satisfies Record<string, Entry>;
