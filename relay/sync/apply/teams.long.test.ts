/** The same as the short test of this name, with a kill at every point around the teams. */
process.env.HALLPASS_RUNS ??= '1';
await import('./teams.test.ts');
