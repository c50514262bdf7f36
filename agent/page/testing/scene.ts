/** A page with an agent behind it that does what a test says, and a clock that stands still. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../shared/clock.ts';
import { type ErrorCode, type ErrorDetails, fail } from '../../../shared/errors.ts';
import type { BucketDigest, Welcome } from '../../../shared/link.ts';
import { districtBucket, kinds } from '../../../shared/roster.ts';
import type { Check } from '../../check/check.ts';
import type { CycleEnd, Moment, Problem } from '../../model/watch.ts';
import { Board } from '../board.ts';
import { SchoolNames } from '../school-names.ts';
import type { PageParts } from '../web/server.ts';

export const minute = 60_000;
const relay = 'https://relay.example.org/';
const tenant = 'Contoso School District';

export class SceneClock implements Clock {
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }

  async sleep(): Promise<void> {
    throw new TypeError('nothing in the page waits');
  }
}

export interface Scene {
  board: Board;
  clock: SceneClock;
  parts: PageParts;
  /** The buttons that were pressed. */
  pressed: string[];
}

export function problem<C extends ErrorCode>(code: C, details: ErrorDetails<C>): Problem {
  const { message, action } = fail(code, details);
  return { code, message, action };
}

export function ended(end: Partial<CycleEnd> = {}): Moment {
  return {
    ...{ moment: 'cycle.ended', outcome: 'unchanged', seconds: 0.3, sent: {}, deletes: 0 },
    ...{ bucketsRead: 0, held: [], differing: [], complete: true },
    ...end,
  };
}

export const wanted: Welcome['wanted'] = {
  schools: null,
  fields: {
    student: ['username', 'studentNumber', 'givenName', 'surname', 'grade'],
    teacher: ['username', 'givenName', 'surname'],
    section: ['period'],
  },
};

/** An agent that runs but is not connected yet. */
export function scene(schools = 0, now = Date.now()): Scene {
  const clock = new SceneClock(now);
  const pressed: string[] = [];
  const board = new Board({ version: '0.1.0', folder: '/var/lib/hallpass-agent', clock, working: true, tenant });
  const buckets = bucketsOf(schools);
  const press = (name: string) => async () => {
    pressed.push(name);
  };
  const parts: PageParts = {
    ...{ board, clock, port: 0 },
    badge: { name: 'sis-agent-01', agentId: randomUUID(), tenantId: randomUUID() },
    places: { powerschool: 'powerschool.contoso.edu', relay: 'relay.example.org', proxy: undefined },
    buckets: () => buckets,
    counts: () => ({ requests: 12, bytesReceivedFromPowerSchool: 3456, bytesSent: 789, upserts: 10, deletes: 2 }),
    names: namesOf(schools, clock),
    control: { syncNow: () => void pressed.push('sync'), pause: press('pause'), resume: press('resume') },
    runChecks: undefined,
    supportBundle: undefined,
  };
  return { board, clock, parts, pressed };
}

/** A day of work whose last cycle ended `ago` milliseconds ago. */
export function working(schools = 3, ago = 40_000): Scene {
  const made = scene(schools, Date.now() - 24 * 60 * minute);
  const { board, clock } = made;
  const until = Date.now() - ago;
  board.report({ event: 'agent.ready', version: '0.1.0', folder: '/var/lib/hallpass-agent' });
  connect(made);
  const first = { school: schools, section: 60 * schools, student: 600 * schools, studentEnrollment: 4200 * schools };
  clock.advance(2 * minute);
  board.watch({ moment: 'cycle.began' });
  board.watch(ended({ outcome: 'changed', seconds: 42, sent: first, bucketsRead: 6 * schools + 1 }));
  for (let turn = 1; clock.now() + 5 * minute < until; turn += 1) {
    clock.advance(5 * minute);
    cycle(board, turn);
  }
  clock.advance(until - clock.now());
  cycle(board, 7);
  board.watch({ moment: 'link.answered', ms: 31 });
  board.watch({ moment: 'cycle.due', at: until + minute, intervalMs: minute });
  clock.advance(ago);
  return made;
}

export function connect({ board }: Scene): void {
  board.watch({ moment: 'link.opened', relay, tenant, wanted });
  board.report({ event: 'link.open', relay, tenant });
  board.watch({ moment: 'link.answered', ms: 48 });
}

/** One failure at night, an occasional change, more of them by day. */
function cycle(board: Board, turn: number): void {
  board.watch({ moment: 'cycle.began' });
  if (turn === 91 || turn === 92) {
    const maintenance = problem('POWERSCHOOL_MAINTENANCE', { url: 'https://powerschool.contoso.edu' });
    board.report({ event: 'problem', ...maintenance });
    board.watch(ended({ outcome: 'failed', complete: false, problem: maintenance, seconds: 1.4 }));
    return;
  }
  board.watch({ moment: 'powerschool.answered', ms: 180 + ((turn * 37) % 90) });
  const changes = turn % 4 === 0 ? (turn * 13) % 58 : turn % 9 === 0 ? 1 : 0;
  const seconds = Math.round(200 + ((turn * 7) % 10) * 50 + changes * 40) / 1000;
  if (changes === 0) {
    board.report({ event: 'cycle.unchanged', seconds, ...counts(0, 0) });
    board.watch(ended({ seconds }));
    return;
  }
  const deletes = changes % 5;
  board.report({
    ...{ event: 'cycle.committed', cycle: randomUUID(), seconds, bucketsChanged: 2, bucketsRead: 2 },
    ...{ bucketsFailed: 0, bucketsToRepair: 0, ...counts(changes, deletes) },
  });
  const sent = { student: Math.floor(changes / 2), studentEnrollment: Math.ceil(changes / 2) };
  board.watch(ended({ outcome: 'changed', seconds, sent, deletes, bucketsRead: 2 }));
}

function counts(upserts: number, deletes: number) {
  const own = { requests: 3, bytesReceivedFromPowerSchool: 4000, bytesSent: 900, upserts, deletes };
  return {
    ...own,
    ...{ totalRequests: 30, totalBytesReceivedFromPowerSchool: 40_000, totalBytesSent: 9000 },
    ...{ totalUpserts: 100, totalDeletes: 5, rssPeakMB: 74 },
  };
}

const sum = '0'.repeat(32);

function bucketsOf(schools: number): BucketDigest[] {
  if (schools === 0) return [];
  const rows = Array.from({ length: schools }, (_, index) => `${1000 + index * 7}`);
  const sizes = {
    school: 0,
    term: 3,
    section: 61,
    student: 604,
    teacher: 44,
    studentEnrollment: 4217,
    teacherRoster: 71,
  };
  return [
    { kind: 'school', schoolId: districtBucket, digest: { count: schools, sum } },
    ...rows.flatMap((schoolId, index) =>
      kinds
        .filter((kind) => kind !== 'school')
        .map((kind) => ({ kind, schoolId, digest: { count: sizes[kind] + ((index * 31) % (sizes[kind] + 1)), sum } })),
    ),
  ];
}

const places = ['Maple', 'Oak Hill', 'Riverside', 'Lincoln', 'Kennedy', 'Cedar Ridge', 'Harbor View', 'Franklin'];
const levels = ['Elementary School', 'Middle School', 'High School'];

function namesOf(schools: number, clock: Clock): PageParts['names'] {
  const records = bucketsOf(schools)
    .filter(({ kind }) => kind === 'term')
    .map(({ schoolId }, index) => ({
      ...{
        kind: 'school' as const,
        schoolId: districtBucket as 'district',
        id: schoolId,
        schoolNumber: `${100 + index}`,
      },
      name: `${places[index % places.length]} ${levels[Math.floor(index / 3) % levels.length]}`,
    }));
  return new SchoolNames(async () => records, clock);
}

export const someChecks: Check[] = [
  { name: 'settings', status: 'pass', fact: 'Settings are complete.', action: '' },
  { name: 'powerschool.dns', status: 'pass', fact: 'powerschool.contoso.edu is 10.20.30.40.', action: '' },
  {
    ...{ name: 'powerschool.tls', status: 'fail' },
    fact: 'The certificate was issued by "Contoso Filter CA", which this computer does not trust.',
    action: 'Give the certificate of that authority with "hallpass-agent configure --powerschool-ca FILE".',
  },
  {
    name: 'clock',
    status: 'warn',
    fact: 'This computer is 48 seconds behind the relay.',
    action: 'Let it set its clock by NTP.',
  },
];
