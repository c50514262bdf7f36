/** The same as the short test of this name, with random histories; it prints their seed. */
process.env.HALLPASS_RUNS ??= '300';
await import('./fairness.test.ts');
