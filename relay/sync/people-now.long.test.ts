/** The same as the short test of this name, with a kill at every request instead of two. */
process.env.HALLPASS_RUNS ??= '40';
await import('./people-now.test.ts');
