/** Opens an earlier plugin file, which may come from anywhere: small limits, and an answer for every kind of damage. */
import { readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { fail, reasonOf } from '../shared/errors.ts';
import { fileReason } from '../shared/file-reason.ts';
import { type PluginContents, readContents } from './contents.ts';
import { XmlError } from './read-xml.ts';

/**
 * Hallpass's own ZIP has 8 KB and two files of 20 KB; vendors' plugins with pages and pictures stay below these limits.
 */
const mostBytes = 20_000_000;
const mostEntries = 2_000;
/** The unpacked size of the XML files that are read; nothing else is unpacked. */
const mostXmlBytes = 2_000_000;

class ArchiveError extends Error {}

/**
 * What is in a plugin file, which may be a ZIP or a bare plugin.xml: PowerSchool installs both.
 *
 * @throws HallpassError FILE_UNREADABLE, PLUGIN_ARCHIVE_INVALID
 */
export async function readPluginFile(file: string): Promise<PluginContents> {
  const bytes = await readBounded(file);
  try {
    return await unpack(bytes);
  } catch (error) {
    if (!(error instanceof ArchiveError || error instanceof XmlError)) throw error;
    throw fail('PLUGIN_ARCHIVE_INVALID', { file, reason: error.message }, { cause: error });
  }
}

async function readBounded(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > mostBytes) {
      throw fail('PLUGIN_ARCHIVE_INVALID', { file, reason: `it has more than ${mostBytes / 1_000_000} MB` });
    }
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'errno' in error) {
      throw fail('FILE_UNREADABLE', { file, reason: fileReason(error) }, { cause: error });
    }
    throw error;
  }
}

async function unpack(bytes: Buffer): Promise<PluginContents> {
  if (bytes.subarray(0, 2).toString('latin1') === 'PK') {
    const files = await readXmlFiles(bytes);
    const pluginXml = files.get('plugin.xml');
    if (pluginXml === undefined) throw new ArchiveError('it has no plugin.xml at its root');
    files.delete('plugin.xml');
    return readContents(pluginXml, files);
  }
  if (bytes.length > mostXmlBytes) throw new ArchiveError('it is not a ZIP archive, and too large for a plugin.xml');
  const text = utf8(bytes, 'the file');
  if (/^\uFEFF?\s*</.test(text)) return readContents(text, new Map());
  throw new ArchiveError('it is neither a ZIP archive nor an XML file');
}

/** plugin.xml and the query files, by name. Of all other files it sees only the names. */
async function readXmlFiles(bytes: Buffer): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  let nested: string | undefined;
  let left = mostXmlBytes;
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true });
    if (zip.entryCount > mostEntries) throw new ArchiveError(`it has more than ${mostEntries} files`);
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      if (/.\/plugin\.xml$/i.test(name)) nested ??= name.slice(0, 100);
      if (name !== 'plugin.xml' && !/^queries_root\/[^/]+\.named_queries\.xml$/i.test(name)) continue;
      if (files.has(name)) throw new ArchiveError(`it has ${name.slice(0, 100)} twice`);
      const content = await contentOf(zip, entry, left);
      left -= content.length;
      files.set(name, utf8(content, name.slice(0, 100)));
    }
    // The most common way to break a plugin: it was unpacked, and its folder zipped.
    if (nested !== undefined && !files.has('plugin.xml')) {
      throw new ArchiveError(`plugin.xml is at ${nested} instead of at its root`);
    }
    return files;
  } catch (error) {
    // Whatever yauzl reports is a fault of the archive.
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError(`the archive is damaged (${reasonOf(error)})`, { cause: error });
  }
}

/**
 * Checks the size before unpacking anything; yauzl ends the stream when more comes out than was declared, but leaves
 * the checksum to its caller.
 */
async function contentOf(zip: ZipFile, entry: Entry, most: number): Promise<Buffer> {
  if (entry.uncompressedSize > most) {
    throw new ArchiveError(`its XML files unpack to more than ${mostXmlBytes / 1_000_000} MB`);
  }
  const content = await buffer(await zip.openReadStreamPromise(entry));
  if (crc32(content) !== entry.crc32) throw new ArchiveError(`${entry.fileName.slice(0, 100)} is damaged`);
  return content;
}

function utf8(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ArchiveError(`${name} is not UTF-8 text`);
  }
}
