/** The same as the test of this name, with every combination. */
process.env.HALLPASS_RUNS ??= '1';
await import('./role-change.test.ts');
