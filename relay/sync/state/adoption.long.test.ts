/** The same as the short test of this name, with every form that School Data Sync has left. */
process.env.HALLPASS_RUNS ??= '1';
await import('./adoption.test.ts');
