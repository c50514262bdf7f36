/** The same as the short test of this name, with every column. */
process.env.HALLPASS_RUNS ??= '1';
await import('./required-fields.test.ts');
