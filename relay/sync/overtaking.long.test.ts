/** The same as the short test of this name, with a kill at every point instead of every twentieth. */
process.env.HALLPASS_RUNS ??= '40';
await import('./overtaking.test.ts');
