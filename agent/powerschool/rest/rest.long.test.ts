/** The same with more histories, and others each time. */
process.env.HALLPASS_RUNS ??= '20';
await import('./rest.test.ts');
