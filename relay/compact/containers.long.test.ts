/** The tests of containers, relations and interner with new random calls; they print their seed. */
process.env.HALLPASS_RUNS ??= '200';
await import('./containers.test.ts');
await import('./relations.test.ts');
await import('./interner.test.ts');
