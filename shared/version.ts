import manifest from '../package.json' with { type: 'json' };

/** The version of this Hallpass, as in package.json. */
export const hallpassVersion: string = manifest.version;
