/** The same as the short test of this name, with every refusal and a kill at every point. */
process.env.HALLPASS_RUNS ??= '1';
await import('./tenant-rules.test.ts');
