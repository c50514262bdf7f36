/** The same as the short test of this name, with every kill for every kind. */
process.env.HALLPASS_RUNS ??= '1';
await import('./counted.test.ts');
