/** The installable ZIP: plugin.xml at the root, the queries in their folder, nothing else. */
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { fail } from '../shared/errors.ts';
import type { PluginManifest } from './manifest.ts';
import { validatePlugin } from './validate.ts';
import { namedQueriesXml, pluginXml } from './write-xml.ts';

/** The path in the ZIP; PowerSchool keeps the names of query files in one flat namespace for all plugins. */
const queriesPath = 'queries_root/hallpass.named_queries.xml';

/** A fixed time, so that the same plugin has the same bytes. It is the earliest that a ZIP can express. */
const mtime = new Date('1980-01-01T00:00:00Z');

/**
 * The bytes of the ZIP.
 *
 * @throws HallpassError PLUGIN_INVALID, naming the first broken rule, before anything is packed.
 */
export async function packPlugin(manifest: PluginManifest): Promise<Buffer> {
  const [finding] = validatePlugin(manifest);
  if (finding !== undefined) throw fail('PLUGIN_INVALID', { ...finding });
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(pluginXml(manifest)), 'plugin.xml', { mtime });
  if (manifest.queries.length > 0) {
    zip.addBuffer(Buffer.from(namedQueriesXml(manifest.queries)), queriesPath, { mtime });
  }
  zip.end();
  return buffer(zip.outputStream);
}
