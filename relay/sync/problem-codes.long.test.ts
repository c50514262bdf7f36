/** The same as the short test of this name, with every problem. */
process.env.HALLPASS_RUNS ??= '1';
await import('./problem-codes.test.ts');
