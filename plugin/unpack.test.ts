/** Earlier plugins come from anywhere: broken, foreign or hostile files get an answer and cost little. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import t, { type Test } from 'tap';
import { ZipFile } from 'yazl';
import { powerqueryManifest } from './manifest.ts';
import { packPlugin } from './pack.ts';
import { readXml, type XmlElement, XmlError } from './read-xml.ts';
import { readPluginFile } from './unpack.ts';
import { namedQueriesXml, pluginXml } from './write-xml.ts';

const manifest = powerqueryManifest('1.2.3');
const xml = pluginXml(manifest);

async function zipOf(files: [string, string | Buffer][]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of files) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  return buffer(zip.outputStream);
}

async function read(t: Test, bytes: Buffer | string) {
  const file = join(t.testdir(), 'earlier.zip');
  await writeFile(file, bytes);
  return readPluginFile(file);
}

t.test('reads what was packed', async (t) => {
  const contents = await read(t, await packPlugin(manifest));
  t.match(contents, { name: 'Hallpass', version: '1.2.3', v1Access: 'NONE' });
  t.same(
    [...contents.accessRequest.values()].map(({ field }) => field),
    manifest.accessRequest,
  );
  t.same(
    [...contents.queries.keys()],
    manifest.queries.map(({ name }) => name),
  );
});

t.test("reads other vendors' plugins, too", async (t) => {
  const bare = `\uFEFF<?xml version='1.0'?><!-- mine --><p:plugin xmlns:p="http://plugin.powerschool.pearson.com" name='A &amp; &#66;' version="2">
    <p:oauth accessLevelV1Api="FULL"></p:oauth><p:access_request><p:field table="students" field="dcid" access="FullAccess"> </p:field>
    </p:access_request></p:plugin>\n`;
  const contents = await read(t, bare);
  t.match(contents, { name: 'A & B', version: '2', v1Access: 'FULL' });
  t.same(contents.accessRequest.get('STUDENTS.DCID'), { field: 'students.dcid', access: 'FullAccess' });
  const zip = await zipOf([
    ['web_root/admin/plugin.xml', 'not looked at'],
    ['plugin.xml', xml],
    ['web_root/big.js', Buffer.alloc(6_000_000)],
    ['Queries_Root/a.named_queries.xml', namedQueriesXml(manifest.queries.slice(0, 1))],
    ['queries_root/b.named_queries.xml', namedQueriesXml(manifest.queries.slice(1, 3))],
  ]);
  t.equal((await read(t, zip)).queries.size, 3);
});

/** Sets the size in the central directory for the first file, and in the file's own header, to `size`. */
function lie(zip: Buffer, size: number): Buffer {
  const copy = Buffer.from(zip);
  copy.writeUInt32LE(size, copy.indexOf('PK\x01\x02', 0, 'latin1') + 24);
  return copy;
}

t.test('reports each kind of broken or hostile file', async (t) => {
  const good = await zipOf([['plugin.xml', xml]]);
  const encrypted = Buffer.from(good);
  encrypted.writeUInt16LE(1, encrypted.indexOf('PK\x01\x02', 0, 'latin1') + 8);
  const cases: [string, Buffer | string, RegExp][] = [
    ['empty', '', /neither a ZIP archive nor an XML/],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47]), /not UTF-8/],
    ['cut off', good.subarray(0, good.length / 2), /[Ee]nd of central directory/],
    ['one byte turned', flipped(good), /damaged|plugin\.xml|invalid/],
    ['no plugin.xml', await zipOf([['readme.txt', 'x']]), /no plugin\.xml at its root/],
    ['wrapped in a folder', await zipOf([['hallpass/plugin.xml', xml]]), /plugin\.xml is at hallpass\/plugin\.xml/],
    [
      'twice',
      await zipOf([
        ['plugin.xml', xml],
        ['plugin.xml', xml],
      ]),
      /plugin\.xml twice/,
    ],
    ['a bomb', await zipOf([['plugin.xml', Buffer.alloc(20_000_000, 32)]]), /more than 2 MB/],
    [
      'a bomb in parts',
      await zipOf(Array.from({ length: 8 }, (_, i) => [`queries_root/${i}.named_queries.xml`, ' '.repeat(900_000)])),
      /more than 2 MB/,
    ],
    ['a bomb that lies', lie(await zipOf([['plugin.xml', Buffer.alloc(1_900_000, 32)]]), 500), /too many bytes|500/],
    ['many files', await zipOf(Array.from({ length: 2_001 }, (_, i) => [`images/${i}`, ''])), /more than 2000 files/],
    ['large XML', `${xml}${' '.repeat(2_000_000)}`, /too large for a plugin\.xml/],
    ['large', Buffer.alloc(20_000_001), /more than 20 MB/],
    ['locked', encrypted, /encrypted/],
    ['entities', `<!DOCTYPE x [<!ENTITY a "aaaa">]>${xml}`, /neither|document type/],
    [
      'not well-formed',
      await zipOf([['plugin.xml', xml.replace('</plugin>', '')]]),
      /plugin\.xml: <plugin> is not closed/,
    ],
    ['UTF-16', await zipOf([['plugin.xml', Buffer.from(`\uFEFF${xml}`, 'utf16le')]]), /plugin\.xml is not UTF-8/],
    ['other XML', '<queries/>', /<queries>, not <plugin>/],
    ['no name', xml.replace('name="Hallpass"', ''), /no name/],
    ['no version', xml.replace('version="1.2.3"', ''), /no version/],
    ['no number', xml.replace('version="1.2.3"', 'version="1.2-rc"'), /no version of digits/],
    [
      'broken queries',
      await zipOf([
        ['plugin.xml', xml],
        ['queries_root/a.named_queries.xml', '<queries>'],
      ]),
      /queries_root\/a.*not closed/,
    ],
  ];
  for (const [name, bytes, reason] of cases) {
    await t.rejects(read(t, bytes), { code: 'PLUGIN_ARCHIVE_INVALID', message: reason }, name);
  }
  await t.rejects(readPluginFile(join(t.testdir(), 'none.zip')), { code: 'FILE_UNREADABLE' });
  await t.rejects(readPluginFile(t.testdir()), { code: 'FILE_UNREADABLE' });
});

/** Flips a byte in the middle of the compressed data. */
function flipped(zip: Buffer): Buffer {
  const copy = Buffer.from(zip);
  const at = Math.floor(copy.indexOf('PK\x01\x02', 0, 'latin1') / 2);
  copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
  return copy;
}

t.test('reads whatever an XML parser accepts into the same tree', async (t) => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,6}$/);
  const plain = fc.stringMatching(/^[ -~\n\u00e4\u4e2d]{0,12}$/);
  const escaped = plain.map((text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`));
  const piece = fc.oneof(
    escaped,
    plain.map((text) => `<![CDATA[${text.replaceAll(']]>', '')}]]>`),
    plain.map((text) => `<!--${text.replaceAll('-', '')}-->`),
  );
  const attributes = fc
    .uniqueArray(fc.tuple(name, escaped), { selector: ([key]) => key, maxLength: 3 })
    .map((list) => list.map(([key, value]) => ` ${key}="${value}"`).join(''));
  const { element } = fc.letrec<{ element: string }>((tie) => ({
    element: fc
      .tuple(
        name,
        attributes,
        fc.array(fc.oneof({ depthSize: 'small', withCrossShrink: true }, piece, tie('element')), { maxLength: 4 }),
      )
      .map(([tag, list, content]) =>
        content.length === 0 ? `<${tag}${list} />` : `<${tag}${list}>${content.join('')}</${tag}\n>`,
      ),
  }));
  fc.assert(
    fc.property(element, (source) => {
      t.strictSame(treeOf(readXml(source)), saxesTree(source));
    }),
    { numRuns: 300 },
  );
});

t.test('answers any input with a tree or a reason', async (t) => {
  const fragments = [
    '<a>',
    '</a>',
    '<a/>',
    '<a b="',
    '">',
    "'",
    '&lt;',
    '&',
    ';',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?',
    '?>',
    '<!DOCTYPE',
    ' ',
    'x',
    '=',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...fragments), { maxLength: 12 }), (parts) => {
      try {
        readXml(parts.join(''));
      } catch (error) {
        if (!(error instanceof XmlError)) throw error;
      }
    }),
    { numRuns: 600 },
  );
  t.throws(() => readXml('<a>'.repeat(60)), /nested too deep/);
  t.throws(() => readXml(`<a>${'<b/>'.repeat(50_001)}</a>`), /more than 50000 elements/);
  t.throws(() => readXml('<a/>\n<b/>'), /outside the root/);
  t.throws(() => readXml('<a b="1" b="2"/>'), /stands twice/);
  t.throws(() => readXml('<a>\n\n&nbsp;</a>'), /entity is unknown \(line 3\)/);
  t.throws(() => readXml('<a>&constructor;</a>'), /entity is unknown/);
});

interface Tree {
  name: string;
  attributes: Record<string, string>;
  children: Tree[];
  text: string;
}

function treeOf({ name, attributes, children, text }: XmlElement): Tree {
  return { name, attributes: Object.fromEntries(attributes), children: children.map(treeOf), text };
}

function saxesTree(source: string): Tree {
  const root: Tree = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: Tree = { name, attributes: { ...attributes }, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const add = (text: string) => {
    const current = open.at(-1);
    if (current !== undefined) current.text += text;
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => open.pop());
  parser.write(source).close();
  return root.children[0] ?? root;
}
