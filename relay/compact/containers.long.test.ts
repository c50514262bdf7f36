/** The same as the tests of containers, relations and interner, with calls that nobody has seen before; they print their seed. */
process.env.HALLPASS_RUNS ??= '200';
await import('./containers.test.ts');
await import('./relations.test.ts');
await import('./interner.test.ts');
