/** The same as the short test of this name, with more kills. */
process.env.HALLPASS_RUNS ??= '1';
await import('./restore.test.ts');
