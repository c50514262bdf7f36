/** The same as the short test of this name, with random histories; it prints their seed. */
process.env.HALLPASS_RUNS ??= '60';
await import('./held-back.test.ts');
