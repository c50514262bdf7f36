/** Empties a required value in PowerSchool, column by column, with both sources. By REST, required-fields.long.test.ts tries every column. */
import t, { type Test } from 'tap';
import { defaultSources } from '../../plugin/extracts/sources.ts';
import { manifestOf } from '../../plugin/manifest.ts';
import { packPlugin } from '../../plugin/pack.ts';
import { startPowerSchoolSimulator } from '../../scripts/simulators/powerschool/server.ts';
import { type Kind, kinds, optionalFields } from '../../shared/roster.ts';
import { AgentBench } from '../testing/agent-bench.ts';

const currentYear = `(SELECT MAX(YearID) FROM TERMS WHERE date(FirstDay) <= date('now'))`;
const term = `SELECT MAX(DCID) FROM TERMS WHERE IsYearRec = 0 AND YearID = ${currentYear}`;
const section = `SELECT MIN(x.DCID) FROM SECTIONS x JOIN TERMS t ON t.ID = x.TermID AND t.SchoolID = x.SchoolID
  WHERE t.YearID = ${currentYear}`;

/**
 * Every column of a required property that PowerSchool itself does not need to find the row. Students and teachers need
 * only their DCIDs; in the other tables the keys (TermID, StudentID, School_Number) join rows, and without the key
 * there is no row.
 */
const columns: { kind: Kind; table: string; column: string; field: string; row: string }[] = [
  {
    ...{ kind: 'school', table: 'SCHOOLS', column: 'Name', field: 'name' },
    row: 'SELECT MAX(DCID) FROM SCHOOLS WHERE School_Number <> 999999',
  },
  { kind: 'term', table: 'TERMS', column: 'Name', field: 'name', row: term },
  { kind: 'term', table: 'TERMS', column: 'FirstDay', field: 'startDate', row: term },
  { kind: 'term', table: 'TERMS', column: 'LastDay', field: 'endDate', row: term },
  { kind: 'section', table: 'SECTIONS', column: 'Section_Number', field: 'sectionNumber', row: section },
  { kind: 'section', table: 'SECTIONS', column: 'Course_Number', field: 'courseNumber', row: section },
];

async function open(t: Test, variant: 'powerquery' | 'rest') {
  const simulator = await startPowerSchoolSimulator({ students: 30, http: true });
  t.teardown(() => simulator.close());
  const plugin = await packPlugin(manifestOf({ variant, version: '0.1.0', sources: defaultSources }));
  const { clientId, clientSecret } = await simulator.installPlugin(plugin);
  const address = { 'powerschool.url': simulator.baseUrl, 'powerschool.clientId': clientId };
  const bench = await AgentBench.open(t.testdir({}), address, clientSecret);
  t.teardown(() => bench.close());
  bench.relay.fields = Object.fromEntries(kinds.map((kind) => [kind, [...optionalFields[kind]]]));
  return { simulator, bench };
}

/** A reading by REST takes five times as long. */
const byRest = process.env.HALLPASS_RUNS === undefined ? ['TERMS.FirstDay', 'SECTIONS.Section_Number'] : undefined;

for (const variant of ['powerquery', 'rest'] as const) {
  t.test(variant, async (t) => {
    const { simulator, bench } = await open(t, variant);
    const synced = async () => {
      const status = bench.relay.next('status');
      await bench.sync();
      return (await status).leftOut;
    };
    await synced();
    const before = bench.relay.ids();
    for (const { kind, table, column, field, row } of columns) {
      if (variant === 'rest' && byRest?.includes(`${table}.${column}`) === false) continue;
      t.test(`${table}.${column}`, async (t) => {
        const id = Number(Object.values(simulator.db.prepare(row).get() ?? {})[0]);
        const good = simulator.db.prepare(`SELECT ${column} AS v FROM ${table} WHERE DCID = ?`).get(id)?.v ?? null;
        const set = simulator.db.prepare(`UPDATE ${table} SET ${column} = ? WHERE DCID = ?`);
        const record = [...bench.relay.mirror].find(
          ([key, of]) => key.startsWith(`${kind}:`) && of.has(String(id)),
        )?.[1];
        const known = record?.get(String(id));
        set.run(null, id);
        simulator.edit([{ op: 'renameStudent', studentId: 1, lastName: column }]);
        t.match(await synced(), { count: 1, rows: [{ kind, id: String(id), field, fault: 'missing' }] });
        t.same(bench.relay.ids(), before, 'nothing is deleted');
        t.same(record?.get(String(id)), known, 'the last good record stays');
        t.match(bench.relay.mirror.get('student:1')?.get('1'), { surname: column }, 'everything else is updated');
        set.run(good, id);
        t.match(await synced(), { count: 0, rows: [] });
        t.same(bench.relay.violations, []);
      });
    }
  });
}
