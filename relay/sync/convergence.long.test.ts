/** The same as the test of this name, with histories that nobody has seen before; it prints their seed. */
process.env.HALLPASS_RUNS ??= '40';
await import('./convergence.test.ts');
