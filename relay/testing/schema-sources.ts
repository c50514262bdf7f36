/** Whatever a fresh database is made of: those that are kept for the next test are made again when it changes. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const engine = join(import.meta.dirname, '../store/engine');

/** SHA-256 of the sources of schema, migrations and engines. */
export function schemaSources(): Buffer {
  const hash = createHash('sha256');
  const files = readdirSync(engine, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  for (const file of files.sort()) hash.update(readFileSync(join(engine, file)));
  return hash.digest();
}
