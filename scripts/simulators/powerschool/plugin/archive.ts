/** Opens what an administrator uploads: a plugin.xml, or a ZIP with plugin.xml at its root. */
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { type Entry, fromBuffer, type Options, type ZipFile } from 'yauzl';

export interface PluginFiles {
  pluginXml: string;
  /** Name inside the archive → content, of `queries_root/*.named_queries.xml`. */
  queryFiles: Map<string, string>;
}

/** Why an upload cannot be a plugin. */
export class ArchiveError extends Error {}

/** Folders that PowerSchool's ZIP layout allows (published plugins use web_root in either case). */
const folders = /^(queries_root|permissions_root|web_root|user_schema_root|MessageKeys|pagecataloging|images)\//i;
const mostBytes = 50_000_000;

const open = promisify<Buffer, Options, ZipFile>(fromBuffer);

/** @throws ArchiveError naming what is wrong with the upload. */
export async function openPlugin(bytes: Buffer): Promise<PluginFiles> {
  if (bytes.length === 0) throw new ArchiveError('The uploaded file is empty.');
  if (bytes.subarray(0, 2).toString('latin1') !== 'PK') {
    const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
    if (!text.trimStart().startsWith('<')) throw new ArchiveError('The file is neither a ZIP archive nor an XML file.');
    return { pluginXml: text, queryFiles: new Map() };
  }
  const files = await readFiles(bytes);
  // Published plugins have .DS_Store in web_root, where any file is allowed.
  const stray = [...files.keys()].find((name) => /^(?!web_root\/).*\.DS_Store$|(^|\/)__MACOSX\//i.test(name));
  if (stray !== undefined)
    throw new ArchiveError(`The archive holds ${stray}, which macOS added. Zip the plugin without it.`);
  const pluginXml = files.get('plugin.xml');
  if (pluginXml === undefined) {
    const nested = [...files.keys()].find((name) => /(^|\/)plugin\.xml$/i.test(name));
    throw new ArchiveError(
      nested === undefined
        ? 'plugin.xml was not found in the archive.'
        : `plugin.xml must be at the root of the archive, but is at ${nested}.`,
    );
  }
  const unknown = [...files.keys()].find((name) => name.includes('/') && !folders.test(name));
  if (unknown !== undefined) throw new ArchiveError(`The archive holds ${unknown}, which is in no folder of a plugin.`);
  const inQueries = [...files].filter(([name]) => /^queries_root\//i.test(name));
  const misnamed = inQueries.find(([name]) => !/^queries_root\/[^/]+\.named_queries\.xml$/i.test(name));
  if (misnamed !== undefined) {
    throw new ArchiveError(
      `The archive holds ${misnamed[0]}: files of queries_root end in .named_queries.xml and stand in no folder of it.`,
    );
  }
  const queryFiles = new Map(inQueries);
  return { pluginXml, queryFiles };
}

async function readFiles(bytes: Buffer): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  let total = 0;
  try {
    const zip = await open(bytes, { lazyEntries: true, autoClose: true });
    for await (const entry of entriesOf(zip)) {
      if (entry.fileName.endsWith('/')) continue;
      total += entry.uncompressedSize;
      if (total > mostBytes) throw new ArchiveError(`The archive unpacks to more than ${mostBytes / 1_000_000} MB.`);
      files.set(entry.fileName, (await contentOf(zip, entry)).toString('utf8'));
    }
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError(`The ZIP archive cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return files;
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (let count = 0; count < zip.entryCount; count++) {
    yield await new Promise<Entry>((resolve, reject) => {
      zip.once('entry', resolve);
      zip.once('error', reject);
      zip.readEntry();
    });
    zip.removeAllListeners('error');
  }
}

function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error !== null) reject(error);
      else buffer(stream).then(resolve, reject);
    });
  });
}
