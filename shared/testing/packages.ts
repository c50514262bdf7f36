/** The npm packages that tests load from one file each, and where these are. scripts/build/test-packages.ts makes them. */
import { join } from 'node:path';

export const folderOfPackages = join(import.meta.dirname, '../../node_modules/.cache/packages');

/** Outside `node_modules`: what is bundled there loads packages as it finds them. scripts/build/test-groups.ts makes it. */
export const folderOfThreads = join(import.meta.dirname, '../../dist/test-threads');

export const bundledPackages = [
  '@azure/msal-node',
  '@microsoft/microsoft-graph-client',
  '@peculiar/x509',
  'fast-check',
  'fastify',
  'jose',
  'kysely',
  'kysely/migration',
  'tap',
  'undici',
  'zod',
];

/** The file of a package in the folder. */
export function fileOf(name: string): string {
  return `${name.replaceAll('/', '+')}.mjs`;
}
