/**
 * Planning at the size of a large district: `node scripts/bench/plan.ts [students]`, 100,000 by default. Prints how long
 * the whole plan takes, one changed enrollment, and the guard's look at both. Targets: 10 s and 50 ms at any size.
 */

import { newAdoption } from '../../relay/adoption/open.ts';
import { nothingApplied } from '../../relay/model/applied-state.ts';
import type { Plan } from '../../relay/model/operation.ts';
import type { PersonKey } from '../../relay/model/person-key.ts';
import { specOf } from '../../relay/operations/registry.ts';
import { desiredState } from '../../relay/plan/desired.ts';
import { guard } from '../../relay/plan/guard.ts';
import { makePlan } from '../../relay/plan/plan.ts';
import { type RosterChange, RosterIndex } from '../../relay/plan/roster-index.ts';
import type { SchoolSource } from '../../relay/plan/source-guard.ts';
import { parseProfile } from '../../relay/profile/profile.ts';
import { scopeOf } from '../../relay/profile/scope.ts';
import { updateApplied } from '../../relay/sync/apply/effects.ts';
import { decide } from '../../relay/sync/decide.ts';
import { guardContext, sourcesOf } from '../../relay/sync/guard-context.ts';
import { TenantState } from '../../relay/sync/state/tenant-state.ts';
import { takeDecision } from '../../relay/sync/take-decision.ts';
import type { RosterRecord } from '../../shared/roster.ts';
import { count, readScriptOptions } from '../script-options.ts';

const { args } = readScriptOptions(
  'npm run bench -- plan',
  'How long a whole plan takes, one changed enrollment, and the look of the guard at both.',
  (command) => command.argument('[students]', 'size of the district (default: 100000)', count),
);
const students = Number(args[0] ?? 100_000);
const perStudent = 8;
const perClass = 40;

const profile = parseProfile(
  {
    version: 1,
    name: 'bench',
    mode: { students: 'match', teachers: 'match' },
    identity: {
      students: { source: 'studentNumber', suffix: null, target: 'mailNickname' },
      teachers: { source: 'username', suffix: null, target: 'mailNickname' },
    },
    domains: {},
    licenses: { students: null, teachers: null, usageLocation: 'US' },
    schools: 'all',
    properties: { student: ['grade'] },
  },
  'bench',
);

function* district(): Generator<RosterRecord> {
  const schools = Math.ceil(students / 600);
  const classes = Math.ceil((students * perStudent) / perClass);
  for (let id = 0; id < schools; id += 1) {
    yield { kind: 'school', id: `${id}`, schoolId: 'district', name: `School ${id}`, schoolNumber: `${id}` };
  }
  for (let id = 0; id < classes; id += 1) {
    const schoolId = `${id % schools}`;
    const course = { termId: '1', sectionNumber: '1', courseNumber: `C${id % 200}`, courseName: `Course ${id % 200}` };
    yield { kind: 'section', id: `${id}`, schoolId, ...course };
    yield { kind: 'teacherRoster', id: `${id}`, schoolId, sectionId: `${id}`, teacherId: `${id % (students / 20)}` };
  }
  for (let id = 0; id < students / 20; id += 1) {
    yield { kind: 'teacher', id: `${id}`, schoolId: `${id % schools}`, username: `t${id}` };
  }
  for (let id = 0; id < students; id += 1) {
    const schoolId = `${id % schools}`;
    yield { kind: 'student', id: `${id}`, schoolId, studentNumber: `${id}`, grade: '9' };
    for (let of = 0; of < perStudent; of += 1) {
      yield enrollment(`${id}-${of}`, schoolId, `${(id * perStudent + of * 7919) % classes}`, `${id}`);
    }
  }
}

function enrollment(id: string, schoolId: string, sectionId: string, studentId: string): RosterRecord {
  return { kind: 'studentEnrollment', id, schoolId, sectionId, studentId };
}

function changeOf(record: RosterRecord): RosterChange {
  return { kind: record.kind, schoolId: record.schoolId, id: record.id, record };
}

function timed<T>(what: string, work: () => T): T {
  const start = performance.now();
  const result = work();
  process.stdout.write(`${what.padEnd(50)} ${(performance.now() - start).toFixed(1).padStart(9)} ms\n`);
  return result;
}

const scope = scopeOf(profile, [profile]);
const roster = new RosterIndex();
timed('index the roster', () => roster.apply([...district()].map(changeOf)));
const linked = new Map([...roster.people.keys()].map((key) => [key, `object-${key}`]));
const accounts = { linked, createdByUs: new Set<PersonKey>(), toCreate: new Map(), onPremises: () => false };
const applied = nothingApplied();
const planOf = (keys: ReturnType<RosterIndex['allKeys']>): Plan =>
  makePlan(desiredState({ roster, accounts, profile, scope, made: applied, today: '2026-11-24' }, keys), applied);

const plan = timed(`plan everything, ${students} students`, () => planOf(roster.allKeys()));
const tenant = {
  roster,
  applied,
  counts: new Map<string, number>(),
  lastGood: new Map<string, SchoolSource>(),
  adoption: newAdoption([]),
};
const facts = { profile, scope, tenant };
const nothingEarlier = { inSchool: () => 0, inDistrict: () => 0 };
const context = guardContext(facts, new Map(), nothingEarlier);
timed('guard it', () => guard(plan, context));
for (const operation of plan) {
  updateApplied({ applied, accounts: linked }, specOf(operation.kind).effect(operation, 'object', applied));
}
timed('plan everything again, nothing to do', () => planOf(roster.allKeys()));
for (let round = 0; round < 3; round += 1) {
  const record = enrollment(`new-${round}`, '0', '0', `${round + 1}`);
  const operations = timed('one changed enrollment', () => planOf(roster.apply([changeOf(record)])));
  if (operations.length > 1) throw new Error(`${operations.length} operations for one enrollment`);
}
tenant.lastGood = timed('what the guard compares with', () => sourcesOf(facts));
const gone: RosterChange = { kind: 'studentEnrollment', schoolId: '1', id: '1-0', record: undefined };
const removal = planOf(roster.apply([gone]));
timed('guard one removal', () => guard(removal, guardContext(facts, new Map(), nothingEarlier)));

const state = new TenantState([profile]);
state.roster.load(district());
for (const operation of plan) {
  updateApplied(state, specOf(operation.kind).effect(operation, 'object', state.applied));
}
await state.trim();
state.planEverything();
for (const [key, objectId] of linked) state.accounts.set(key, objectId);
const own = state.profiles.get(profile.name);
if (own === undefined) throw new TypeError('the profile is missing');
takeDecision(own, decide(own, '2026-11-24'));
own.donePlanning();
state.touch(state.roster.apply([changeOf(enrollment('one-more', '0', '0', '9'))]));
const decided = timed('one changed enrollment, as a run decides', () => decide(own, '2026-11-24').plan);
if (decided.length > 1) throw new Error(`${decided.length} operations for one enrollment`);
const memory = process.memoryUsage();
process.stdout.write(`${plan.length} operations; ${Math.round(memory.rss / 1e6)} MB\n`);
