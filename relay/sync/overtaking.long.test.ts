/** The same as the test of this name, killed at every point and not at every fifth. */
process.env.HALLPASS_RUNS ??= '40';
await import('./overtaking.test.ts');
