import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { createTables } from '../database/schema.ts';
import { registerOracleFunctions } from '../sql/functions.ts';
import { PluginRefusal, PluginRegistry } from './registry.ts';
import { pluginXml, pluginZip, queryXml, type TestPlugin, testQuery } from './test-plugin.ts';

function emptyDistrict(): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  registerOracleFunctions(db, () => '2026-01-01 00:00:00');
  createTables(db);
  return db;
}

async function registry(version = '25.2.0.0'): Promise<PluginRegistry> {
  return PluginRegistry.open(emptyDistrict(), version);
}

/** PowerSchool's answer to an installation. */
async function refusal(bytes: Buffer, plugins?: PluginRegistry): Promise<string> {
  const target = plugins ?? (await registry());
  return target.install(bytes).then(
    () => 'installed',
    (error: unknown) => (error instanceof PluginRefusal ? error.errors.join('\n') : String(error)),
  );
}

t.test('installs and enables a good plugin, which gets credentials', async (t) => {
  const plugins = await registry();
  const plugin = await plugins.install(await pluginZip());
  t.equal(plugin.credentials, undefined, 'not before it is enabled');
  t.equal(plugins.query(testQuery), undefined);
  const { credentials } = plugins.enable(plugin.id);
  t.match(credentials, { clientId: /^[0-9a-f-]{36}$/, clientSecret: /^[0-9a-f-]{36}$/ });
  t.ok(plugins.query(testQuery));
  t.equal(await refusal(Buffer.from(pluginXml({ name: 'Plain' })), plugins), 'installed', 'plugin.xml alone is enough');
});

t.test('refuses archives that are not plugins', async (t) => {
  t.match(await refusal(await pluginZip({ wrapper: 'hallpass/' })), /must be at the root .* hallpass\/plugin\.xml/);
  t.match(await refusal(await pluginZip({ extra: { '__MACOSX/x': '' } })), /__MACOSX\/x, which macOS added/);
  t.match(await refusal(await pluginZip({ extra: { 'src/x.ts': '' } })), /src\/x\.ts, which is in no folder/);
  t.match(await refusal((await pluginZip()).subarray(0, 200)), /ZIP archive cannot be read/);
  t.match(await refusal(Buffer.from('hello')), /neither a ZIP archive nor an XML file/);
  t.match(await refusal(Buffer.from('<plugin')), /plugin\.xml: /);
  t.match(await refusal(Buffer.alloc(0)), /empty/);
});

t.test('checks plugin.xml against the schema', async (t) => {
  const publisher = '<publisher name="Example"><contact email="a@example.org"/></publisher>';
  const cases: [string, TestPlugin, RegExp][] = [
    ['name of 41', { name: 'x'.repeat(41) }, /length = '41' .* maxLength '40' for type 'string40strict'/],
    ['no version', { version: '' }, /must consist of digits and dots/],
    ['letters in the version', { version: '1.0-beta' }, /must consist of digits and dots/],
    ['no publisher', { publisher: '' }, /2\.4\.b: .*'plugin' is not complete.*publisher/],
    ['no contact', { publisher: '<publisher name="E"/>' }, /2\.4\.b: .*'publisher' is not complete.*contact/],
    ['no email', { publisher: '<publisher name="E"><contact/></publisher>' }, /Attribute 'email' must appear/],
    ['publisher twice', { publisher: publisher + publisher }, /2\.4\.a: .*starting with element .*:publisher/],
    ['unknown element', { oauth: '<api/>' }, /Invalid content was found starting with element .*:api/],
    [
      'unknown attribute',
      { oauth: '<oauth scope="x"/>' },
      /Attribute 'scope' is not allowed to appear in element 'oauth'/,
    ],
    [
      'a data wrapper',
      {
        inner: `<access_request><data><field table="A" field="B" access="ViewOnly"/></data></access_request>${publisher}`,
      },
      /Invalid content was found starting with element .*:data.*field/,
    ],
    [
      'unknown access',
      { inner: `<access_request><field table="A" field="B" access="Read"/></access_request>${publisher}` },
      /cvc-enumeration-valid: Value 'Read' .*\[ViewOnly, FullAccess\]/,
    ],
    [
      'unknown context',
      {
        inner: `<links><link display-text="x" path="/x"><ui_contexts><ui_context id="moon"/></ui_contexts></link></links>${publisher}`,
      },
      /Value 'moon' .*admin\.header/,
    ],
    ['stray text', { publisher: `${publisher}hello` }, /2\.3: Element 'plugin' cannot have character/],
  ];
  for (const [title, plugin, message] of cases) t.match(await refusal(await pluginZip(plugin)), message, title);
  const other = pluginXml().replace('plugin.powerschool.pearson.com', 'plugin.example.org');
  t.match(await refusal(Buffer.from(other)), /Cannot find the declaration of element 'plugin'/, 'another namespace');
  const anyOrder = await pluginZip({ inner: `${publisher}<access_request/><oauth/>` });
  t.equal(await refusal(anyOrder), 'installed', 'elements come in any order');
});

t.test('knows accessLevelV1Api from 25.2 on', async (t) => {
  const zip = await pluginZip({ oauth: '<oauth accessLevelV1Api="READ"/>' });
  t.equal(await refusal(zip, await registry('25.2.0.0')), 'installed');
  t.match(await refusal(zip, await registry('25.1.0.0')), /'accessLevelV1Api' is not allowed/);
});

t.test('applies the rules for named queries', async (t) => {
  const withQuery = (query: Parameters<typeof queryXml>[0]) => pluginZip({ queries: queryXml(query) });
  const onePart = [['STUDENTS.DCID', 'dcid']] as const;
  t.match(
    await refusal(await withQuery({ attributes: '', columns: onePart })),
    /one-part column alias dcid.*core table/,
  );
  t.match(await refusal(await withQuery({ columns: [['STUDENTS.DCID', 'a-b']] })), /characters other than/);
  t.match(await refusal(await withQuery({ columns: [['DCID', 'a.b']] })), /not TABLE\.FIELD: DCID/);
  t.match(await refusal(await withQuery({ name: `com.${'x'.repeat(197)}` })), /more than 200 characters/);
  t.match(await refusal(await withQuery({ name: 'com.powerschool.core.x' })), /reserved/);
  t.equal(await refusal(await withQuery({ attributes: 'coreTable="teachers"' })), 'installed', 'a view is accepted');
  t.match(await refusal(await pluginZip({ queries: queryXml() + queryXml() })), /appears twice/);
});

t.test('refuses and accepts what live servers do, although the documentation differs', async (t) => {
  const file = (xml: string) => ({ queries: '', extra: { 'queries_root/b.named_queries.xml': xml } });
  const inNamespace = `<queries xmlns="http://plugin.powerschool.pearson.com">${queryXml()}</queries>`;
  t.match(await refusal(await pluginZip(file(inNamespace))), /Cannot find the declaration of element 'queries'/);
  const [head = '', args = '', rest = ''] = queryXml().split(/(?=<args>)|(?<=<\/args>)/);
  const late = `${head}${rest.replace('<sql>', `${args}<sql>`)}`;
  t.match(await refusal(await pluginZip({ queries: late })), /starting with element 'args'/);
  for (const name of ['queries_root/more/a.named_queries.xml', 'queries_root/a.xml', 'queries_root/.DS_Store']) {
    t.match(await refusal(await pluginZip({ extra: { [name]: '<queries/>' } })), /queries_root|macOS/, name);
  }
  t.equal(await refusal(await pluginZip({ extra: { 'web_root/admin/.DS_Store': '' } })), 'installed');
  t.equal(await refusal(await pluginZip({ extra: { 'WEB_ROOT/.DS_Store': '' } })), 'installed');
  t.match(await refusal(await pluginZip({ extra: { '.DS_Store': '' } })), /macOS/);

  const openId = { oauth: '<oauth base-url="https://app.example" redirect-uri="https://app.example/callback"/>' };
  t.equal(await refusal(await pluginZip(openId)), 'installed');
  t.match(await refusal(await pluginZip(openId), await registry('20.4.0.0')), /'base-url' is not allowed/);

  const plugins = await registry();
  const computed = queryXml().replace('<column column="STUDENTS.Last_Name">', '<column>');
  const { id } = await plugins.install(await pluginZip({ queries: computed }));
  plugins.enable(id);
  t.equal(plugins.query(testQuery)?.compiled.state, 'ready', 'a column need not declare a field');
});

t.test('a version must increase, and an upgrade needs disable, install, enable', async (t) => {
  const plugins = await registry();
  const { id } = await plugins.install(await pluginZip({ version: '1.9' }));
  const { credentials } = plugins.enable(id);
  for (const version of ['1.9', '1.8.5', '1']) {
    t.match(await refusal(await pluginZip({ version }), plugins), /is not higher than the installed version 1\.9/);
  }
  t.match(await refusal(await pluginZip({ version: '1.10' }), plugins), /Disable it before/);
  plugins.disable(id);
  t.equal(plugins.enabledClient(credentials?.clientId ?? ''), undefined, 'disabled credentials do not work');
  await plugins.install(await pluginZip({ version: '1.10' }));
  t.same(plugins.enable(id).credentials, credentials, 'credentials survive an upgrade');
  plugins.remove(id);
  const again = await plugins.install(await pluginZip());
  t.notSame(plugins.enable(again.id).credentials, credentials, 'but not delete and reinstall');
});

t.test('unknown tables and columns keep a plugin from being enabled', async (t) => {
  const why = async (plugin: TestPlugin) => {
    const plugins = await registry();
    const { id } = await plugins.install(await pluginZip(plugin));
    try {
      plugins.enable(id);
      return 'enabled';
    } catch (error) {
      return error instanceof PluginRefusal ? error.errors.join('\n') : String(error);
    }
  };
  t.equal(await why({ fields: ['STUDENTS.Student_Email'] }), 'STUDENTS  STUDENT_EMAIL   Invalid Column');
  t.equal(await why({ fields: ['Nowhere.X'] }), 'NOWHERE  X   Invalid Table');
  const column = queryXml({ columns: [['STUDENTS.Student_Email', 'x.email']], sql: 'SELECT 1 FROM dual' });
  t.equal(
    await why({ queries: column }),
    `PowerQuery ${testQuery} refers to non-existent core table column STUDENT_EMAIL`,
  );
  const from = queryXml({ sql: 'SELECT DCID, 1 a, 2 b FROM SECTIONMEETING ORDER BY 1' });
  t.equal(await why({ queries: from }), `PowerQuery ${testQuery}: SECTIONMEETING is not a valid table`);
  const hidden = queryXml({ sql: 'SELECT id, client_secret, 2 b FROM sim_plugins ORDER BY 1' });
  t.equal(await why({ queries: hidden }), `PowerQuery ${testQuery}: SIM_PLUGINS is not a valid table`);
});

t.test('a failed upgrade leaves the plugin disabled; the way back is a higher version', async (t) => {
  const plugins = await registry();
  const { id } = await plugins.install(await pluginZip());
  const clientId = plugins.enable(id).credentials?.clientId ?? '';
  plugins.disable(id);
  await plugins.install(await pluginZip({ version: '2', fields: ['STUDENTS.Student_Email'] }));
  t.throws(() => plugins.enable(id), /cannot be enabled/);
  t.equal(plugins.enabledClient(clientId), undefined);
  await plugins.install(await pluginZip({ version: '3' }));
  plugins.enable(id);
  t.ok(plugins.enabledClient(clientId));
});

t.test('query names share one namespace across all plugins', async (t) => {
  const plugins = await registry();
  await plugins.install(await pluginZip());
  const other = await pluginZip({ name: 'Other', queryFile: 'queries_root/other.named_queries.xml' });
  t.match(await refusal(other, plugins), /is already installed by Test/);
});

t.test('some mistakes show only at the call', async (t) => {
  const state = async (query: Parameters<typeof queryXml>[0]) => {
    const plugins = await registry();
    const { id } = await plugins.install(await pluginZip({ queries: queryXml(query) }));
    plugins.enable(id);
    const compiled = plugins.query(query?.name ?? testQuery)?.compiled;
    return compiled?.state === 'ready' ? 'ready' : `${compiled?.state}: ${compiled?.reason}`;
  };
  t.match(await state({ args: '' }), /mute: :after is not declared/);
  t.match(
    await state({ sql: 'SELECT DCID, Last_Name FROM students ORDER BY 1' }),
    /mute: 3 columns are declared, 2 are selected/,
  );
  t.match(
    await state({ sql: 'SELECT Last_Name, DCID, Student_Web_ID FROM students ORDER BY 1' }),
    /mute: .*another order/,
  );
  t.match(
    await state({ sql: 'SELECT Last_Name a, DCID b, Student_Web_ID c FROM students ORDER BY 1' }),
    /mute: students.last_name/,
  );
  t.equal(await state({ sql: 'SELECT DCID, ROWNUM, 1 FROM students ORDER BY 1' }), 'ready');
  t.match(
    await state({ sql: 'SELECT LEVEL, 1, 2 FROM DUAL CONNECT BY LEVEL < 3 ORDER BY 1' }),
    /unsupported: CONNECT BY is not translated/,
  );
  t.match(await state({ sql: 'DELETE FROM students' }), /unsupported: only SELECT/);
  t.equal(await state({}), 'ready');
});

t.test('derives the fields that a query touches from its SQL', async (t) => {
  const plugins = await registry();
  const sql = `WITH c AS (SELECT s.StudentID AS sid, COUNT(*) AS n FROM CC s GROUP BY s.StudentID)
    SELECT st.DCID, t.Last_Name, (SELECT MAX(x.Room) FROM Sections x WHERE x.SchoolID = st.SchoolID)
    FROM students st JOIN teachers t ON t.SchoolID = st.SchoolID JOIN c ON c.sid = st.ID ORDER BY c.n`;
  const { id } = await plugins.install(await pluginZip({ queries: queryXml({ sql, args: '' }) }));
  plugins.enable(id);
  const compiled = plugins.query(testQuery)?.compiled;
  t.same(compiled?.state === 'ready' && compiled.fields, [
    'cc.studentid',
    'sections.room',
    'sections.schoolid',
    'students.dcid',
    'students.id',
    'students.last_name',
    'students.schoolid',
    'students.student_web_id',
    'teachers.last_name',
    'teachers.schoolid',
  ]);
});

t.test('plugins and credentials survive a restart of the server', async (t) => {
  const db = emptyDistrict();
  const before = await PluginRegistry.open(db, '25.2.0.0');
  const { id } = await before.install(await pluginZip());
  const { credentials } = before.enable(id);
  const after = await PluginRegistry.open(db, '25.2.0.0');
  t.same(after.enabledClient(credentials?.clientId ?? '')?.credentials, credentials);
  t.ok(after.query(testQuery));
});
