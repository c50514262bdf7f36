import process from 'node:process';

/**
 * What a program that a test starts needs of the test's environment, when it should see nothing else of it: where programs are,
 * and what preload.mjs does to start them in half of the time.
 */
export const startVariables = {
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  NODE_OPTIONS: process.env.NODE_OPTIONS,
};
