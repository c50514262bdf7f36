/** Reads the same district both ways and compares record by record. */
import t, { type Test } from 'tap';
import { furtherProperties } from '../../../plugin/extracts/optional-columns.ts';
import { manifestOf } from '../../../plugin/manifest.ts';
import { packPlugin } from '../../../plugin/pack.ts';
import {
  type PowerSchoolSimulator,
  type SimulatorOptions,
  startPowerSchoolSimulator,
} from '../../../scripts/simulators/powerschool/server.ts';
import { systemClock } from '../../../shared/clock.ts';
import { canonicalJson } from '../../../shared/digest.ts';
import { propertiesOf } from '../../../shared/properties.ts';
import { type Kind, kinds, optionalFields, parseBucketKey, type RosterRecord } from '../../../shared/roster.ts';
import { Meter } from '../../model/meter.ts';
import type { Source } from '../../model/source.ts';
import { openSource } from '../choice/open-source.ts';
import { SignIn } from '../sign-in.ts';

// Only one of the two can provide what /ws/v1 lacks, such as SECTIONS.ID.
const wanted = Object.fromEntries(
  kinds.map((kind) => {
    const left = propertiesOf(kind).flatMap(({ name, rest }) => (rest.length === 0 ? [name] : []));
    return [kind, optionalFields[kind].filter((field) => !left.includes(field))];
  }),
);

async function open(t: Test, options: SimulatorOptions): Promise<PowerSchoolSimulator> {
  const simulator = await startPowerSchoolSimulator({ http: true, version: '24.3.0.0', ...options });
  t.teardown(() => simulator.close());
  return simulator;
}

async function sourcesOf(t: Test, simulator: PowerSchoolSimulator): Promise<{ powerquery: Source; rest: Source }> {
  const sources = {
    ...({ studentEmail: { from: 'contact' }, teacherUsername: { from: 'login' } } as const),
    also: furtherProperties,
  };
  const plugin = await packPlugin(manifestOf({ variant: 'powerquery', version: '0.1.0', sources }));
  const { clientId, clientSecret } = await simulator.installPlugin(plugin);
  const open = async (source: 'powerquery' | 'rest') => {
    const origin = new URL(simulator.baseUrl);
    const settings = { origin, clientId, clientSecret, caFile: undefined, minIntervalMs: 0, pageSize: 500 };
    const signIn = new SignIn({
      ...{ url: origin.origin, stored: async () => settings, file: undefined, clock: systemClock },
    });
    const opened = await openSource(
      { ...settings, horizonDays: 0, source, databaseShare: 0.02 },
      { clock: systemClock, meter: new Meter(), signIn, last: undefined },
    );
    t.teardown(() => opened.close());
    await opened.describe();
    return opened;
  };
  return { powerquery: await open('powerquery'), rest: await open('rest') };
}

async function readAll(source: Source): Promise<Map<string, RosterRecord>> {
  const signal = AbortSignal.timeout(60_000);
  const probe = await source.probe({ remembered: () => new Map(), schools: null, thorough: false, signal });
  const records = new Map<string, RosterRecord>();
  const byKind = [...probe].sort(([a], [b]) => kindOf(a) - kindOf(b));
  for (const [key, { records: counted }] of byKind) {
    const bucket = parseBucketKey(key);
    if (bucket === undefined) throw new TypeError(key);
    let rows = 0;
    for await (const page of source.read(bucket, { expectedRows: counted, wanted, signal })) {
      rows += page.rows;
      for (const record of page.content().records)
        records.set(`${record.kind} ${record.schoolId} ${record.id}`, record);
    }
    if (rows !== counted) throw new TypeError(`${key}: ${rows} rows of ${counted}`);
  }
  return records;
}

function kindOf(key: string): number {
  return kinds.findIndex((kind) => key.startsWith(`${kind}:`));
}

function ofKind<K extends Kind>(records: Map<string, RosterRecord>, kind: K) {
  return [...records.values()].filter((record): record is Extract<RosterRecord, { kind: K }> => record.kind === kind);
}

/** Removes what `/ws/v1` cannot know from what the queries know. */
function knowable(records: Map<string, RosterRecord>): Map<string, RosterRecord> {
  const rosters = ofKind(records, 'teacherRoster');
  const leads = rosters.filter(({ isLead }) => isLead === true);
  const onlyBeside = (record: RosterRecord) =>
    record.kind === 'teacher' &&
    !leads.some(({ teacherId, schoolId }) => teacherId === record.id && schoolId === record.schoolId);
  return new Map(
    [...records].flatMap(([key, record]): [string, RosterRecord][] => {
      if (record.kind === 'teacherRoster') {
        if (record.isLead !== true) return [];
        const { kind, schoolId, sectionId, teacherId } = record;
        const id = `${sectionId}-${teacherId}`;
        return [[`${kind} ${schoolId} ${id}`, { kind, id, schoolId, sectionId, teacherId, isLead: true }]];
      }
      // A section may spell its course's number differently; the list has the course's own spelling.
      if (record.kind === 'section') return [[key, { ...record, courseNumber: record.courseNumber.toUpperCase() }]];
      return onlyBeside(record) ? [[`maybe ${key}`, record]] : [[key, record]];
    }),
  );
}

for (const [name, options] of [
  ['one school', { students: 60 }],
  ['two schools, people in both, many pages', { students: 900, seed: 3 }],
] as const) {
  t.test(`reads the same records both ways: ${name}`, async (t) => {
    const simulator = await open(t, options);
    simulator.edit([
      { op: 'changeUsername', studentId: 2, username: '9007199254740993' },
      { op: 'changeUsername', studentId: 3, username: '007' },
      { op: 'renameStudent', studentId: 4, firstName: 'true', lastName: '1.0E10' },
      { op: 'renameStudent', studentId: 5, firstName: '  Zoë  ', lastName: "O'Neil & <Co>" },
      { op: 'update', table: 'schools', where: { dcid: 1 }, set: { schoolzip: '05401', schoolphone: '5551234' } },
    ]);
    const { powerquery, rest } = await sourcesOf(t, simulator);
    const all = await readAll(powerquery);
    const expected = knowable(all);
    const found = await readAll(rest);
    for (const kind of kinds) t.ok(ofKind(found, kind).length > 0, `there is a ${kind}`);
    const differences: string[] = [];
    for (const [key, record] of found) {
      const other = expected.get(key) ?? expected.get(`maybe ${key}`);
      if (other === undefined) differences.push(`only in /ws/v1: ${canonicalJson(record)}`);
      else if (canonicalJson(other) !== canonicalJson(record)) {
        differences.push(`${canonicalJson(other)} is ${canonicalJson(record)}`);
      }
    }
    for (const [key, record] of expected) {
      if (!key.startsWith('maybe ') && !found.has(key)) differences.push(`not in /ws/v1: ${canonicalJson(record)}`);
    }
    t.same(differences.slice(0, 20), []);
    const missing = ofKind(all, 'teacher').filter(({ schoolId, id }) => !found.has(`teacher ${schoolId} ${id}`));
    const beside = new Set(
      ofKind(all, 'teacherRoster')
        .filter(({ isLead }) => !isLead)
        .map(({ teacherId }) => teacherId),
    );
    t.ok(
      missing.every(({ id }) => beside.has(id)),
      'only co-teachers are missing',
    );
  });
}

t.test('both ways show which schools have closed, have no year yet, and have no terms at all', async (t) => {
  const simulator = await open(t, { students: 40 });
  const made = simulator.edit(['Closed', 'To come', 'Office'].map((name) => ({ op: 'addSchool', name }) as const));
  const [closed, toCome, office] = made.map(({ schoolId }) => Number(schoolId));
  const numberOf = (id: number | undefined) => {
    return Number(simulator.db.prepare('SELECT school_number AS n FROM schools WHERE dcid = ?').get(id ?? 0)?.n);
  };
  for (const id of [closed, toCome, office]) {
    simulator.db.prepare('DELETE FROM terms WHERE schoolid = ?').run(numberOf(id));
  }
  const terms: [id: number | undefined, dcid: number, yearId: number][] = [
    [closed, 9001, 27],
    [closed, 9002, 28],
    [toCome, 9003, 70],
  ];
  for (const [id, dcid, yearid] of terms) {
    const year = { yearid, id: yearid * 100, name: 'Year', abbreviation: 'Y', portion: 1, isyearrec: 1 };
    const days = { firstday: `${1990 + yearid}-08-20`, lastday: `${1991 + yearid}-06-07` };
    const values = { dcid, schoolid: numberOf(id), ...year, ...days, transaction_date: '2018-08-01 00:00:00' };
    simulator.edit([{ op: 'insert', table: 'terms', values }]);
  }
  const courseNumber = String(simulator.db.prepare('SELECT course_number AS c FROM courses').get()?.c);
  const userId = Number(simulator.db.prepare('SELECT users_dcid AS u FROM schoolstaff').get()?.u);
  const section = { op: 'addSection', schoolId: closed ?? 0, courseNumber, termId: 9002, userId } as const;
  const [added] = simulator.edit([section]);
  const { powerquery, rest } = await sourcesOf(t, simulator);
  const [all, found] = [await readAll(powerquery), await readAll(rest)];
  for (const records of [all, found]) {
    const there = ofKind(records, 'term').filter(({ schoolId }) => [closed, toCome, office].includes(Number(schoolId)));
    t.match(there, [{ id: '9002', yearId: '28', startDate: '2018-08-20', endDate: '2019-06-07' }]);
    t.equal(there.length, 1, 'the last year of a closed school, and nothing of the others');
  }
  const sectionKey = `section ${closed} ${added?.sectionId}`;
  t.ok(all.has(sectionKey), 'the queries read its classes');
  t.notOk(found.has(sectionKey), 'which /ws/v1 could read request by request, but does not');

  const requests = () => simulator.stats.requests;
  const probe = async () => {
    const signal = AbortSignal.timeout(60_000);
    const before = requests();
    await rest.probe({ remembered: () => new Map(), schools: [String(office)], thorough: false, signal });
    return requests() - before;
  };
  t.ok((await probe()) <= 6, 'searches a school without terms once a day');
});
