/** The same as the short test of this name, with everything that can hold a name. */
process.env.HALLPASS_RUNS ??= '1';
await import('./conflicts.test.ts');
