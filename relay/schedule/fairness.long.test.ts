/** The same as the test of this name, with histories that nobody has seen before; it prints their seed. */
process.env.HALLPASS_RUNS ??= '300';
await import('./fairness.test.ts');
