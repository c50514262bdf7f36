/** The same as the short test of this name, with every change both ways. */
process.env.HALLPASS_RUNS ??= '1';
await import('./opposites.test.ts');
