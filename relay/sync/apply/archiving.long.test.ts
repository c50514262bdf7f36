/** The same as the short test of this name, with an edit or a kill at every point instead of some. */
process.env.HALLPASS_RUNS ??= '1';
await import('./archiving.test.ts');
