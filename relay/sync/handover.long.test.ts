/** The same as the short test of this name, with every kill in both modes. */
process.env.HALLPASS_RUNS ??= '1';
await import('./handover.test.ts');
