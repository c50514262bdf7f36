/** The same as the short test of this name, with every failure of every look-up. */
process.env.HALLPASS_RUNS ??= '1';
await import('./doubts.test.ts');
