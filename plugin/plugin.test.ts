import { buffer } from 'node:stream/consumers';
import t from 'tap';
import { fromBufferPromise } from 'yauzl';
import { kinds, optionalFields } from '../shared/roster.ts';
import { extractOf } from './extracts.ts';
import { accessRequestOf, columnsInSql, pluginXml, powerqueryManifest } from './manifest.ts';
import { packPlugin } from './pack.ts';
import { powerQueries, queryName } from './queries.ts';
import { validatePlugin } from './validate.ts';

const manifest = () => powerqueryManifest('1.2.3');

t.test('the generated plugin keeps every rule', async (t) => {
  t.same(validatePlugin(manifest()), []);
});

t.test('the access request is exactly what the SQL touches', async (t) => {
  const sql =
    'SELECT a.X AS x FROM STUDENTS a JOIN SCHOOLS s2 ON s2.School_Number = a.SchoolID WHERE a.Y > :after ORDER BY a.X';
  t.same(columnsInSql(sql).sort(), ['SCHOOLS.School_Number', 'STUDENTS.SchoolID', 'STUDENTS.X', 'STUDENTS.Y']);
  const touched = powerQueries().flatMap((query) => columnsInSql(query.sql));
  t.same(manifest().accessRequest, accessRequestOf(powerQueries()));
  for (const name of manifest().accessRequest) {
    const declared = powerQueries().some((query) => query.columns.some((column) => column.field === name));
    t.ok(touched.includes(name) || declared, `${name} is used`);
  }
});

t.test('no sensitive column is asked for', async (t) => {
  t.notMatch(pluginXml(manifest()), /SSN|DOB|Password|Guardian|Lunch|Ethnicity|Gender|FullAccess/i);
});

t.test('every property of the roster has its column, under the same name', async (t) => {
  for (const kind of kinds) {
    const names = extractOf(kind).columns.map((column) => column.name);
    for (const property of optionalFields[kind]) t.ok(names.includes(property), `${kind}.${property}`);
    t.ok(names.includes('id'), `${kind}.id`);
  }
});

t.test('each mistake that PowerSchool refuses, or swallows, is found', async (t) => {
  const query = powerQueries()[0];
  if (query === undefined) throw new Error('no query');
  const broken = (change: Partial<typeof query>) => {
    const base = manifest();
    return validatePlugin({ ...base, queries: [{ ...query, ...change }, ...base.queries.slice(1)] }).map(
      (finding) => finding.reason,
    );
  };
  t.match(broken({ columns: query.columns.slice(1) })[0], /not those of the SELECT list/);
  t.match(broken({ columns: [...query.columns].reverse() })[0], /not those of the SELECT list/);
  t.match(broken({ args: [] })[0], /:after is not declared/);
  t.match(broken({ args: [...query.args, { name: 'more', field: 'CC.ID', description: '' }] })[0], /more is not used/);
  t.match(broken({ name: 'schools' })[0], /five parts/);
  t.match(broken({ sql: query.sql.replace(/ORDER BY.*/, '') })[0], /ORDER BY/);
  t.match(
    broken({ sql: query.sql.replace('s.School_Number <>', 's.Fee_Exemption_Status <>') })[0],
    /not in the access request/,
  );

  const base = manifest();
  const reasons = (change: Partial<typeof base>) =>
    validatePlugin({ ...base, ...change }).map((finding) => finding.reason);
  t.match(reasons({ version: '1.2-beta' })[0], /digits and dots/);
  t.match(reasons({ name: 'x'.repeat(41) })[0], /1 to 40/);
  t.match(reasons({ publisher: { name: 'x', email: `${'x'.repeat(40)}@x.org` } })[0], /1 to 40/);
  t.match(reasons({ accessRequest: [...base.accessRequest, 'U_STUDENTS.Email'] })[0], /extension table/);
});

t.test('an invalid plugin is never packed', async (t) => {
  await t.rejects(packPlugin({ ...manifest(), version: 'one' }), {
    code: 'PLUGIN_INVALID',
    message: /plugin\.xml.*digits and dots/,
  });
});

t.test('the ZIP has plugin.xml at its root and is the same bytes every time', async (t) => {
  const zip = await packPlugin(manifest());
  t.ok(zip.equals(await packPlugin(manifest())));
  const archive = await fromBufferPromise(zip, { lazyEntries: true });
  const names: string[] = [];
  for await (const entry of archive.eachEntry()) {
    names.push(entry.fileName);
    const text = (await buffer(await archive.openReadStreamPromise(entry))).toString('utf8');
    if (entry.fileName === 'plugin.xml') t.match(text, /<oauth\/>/);
    else t.ok(text.includes(queryName('studentEnrollment')));
  }
  t.same(names, ['plugin.xml', 'queries_root/hallpass.named_queries.xml']);
});
