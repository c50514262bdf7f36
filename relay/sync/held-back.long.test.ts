/** The same as the test of this name, with histories that nobody has seen before; it prints their seed. */
process.env.HALLPASS_RUNS ??= '60';
await import('./held-back.test.ts');
