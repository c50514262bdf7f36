/** Which district needs an operator's attention first. */
import t from 'tap';
import { toRead } from '../../model/permissions.ts';
import { noDates, scheduleSchema } from '../../profile/life.ts';
import type { FleetAgent, FleetDistrict, FleetProfile, FleetRun } from '../../store/tenants/fleet-view.ts';
import { describeFleet } from './fleet.ts';

const nowMs = Date.parse('2026-08-20T12:00:00Z');
const at = new Date(nowMs - 40_000).toISOString();
const long = new Date(nowMs - 86_400_000).toISOString();

const agent: FleetAgent = {
  ...{ name: 'sis', version: '0.3.0', revokedAt: null, lastSeenAt: at, connectedSince: long },
  health: { at, state: 'idle', lastCycleAt: at },
};
const run: FleetRun = { startedAt: at, finishedAt: at, state: 'success', held: 0, failed: 0, problems: 0, error: null };
const life = { dates: noDates, schedule: scheduleSchema.parse(undefined) };
const profile: FleetProfile = { name: 'All', standing: 'success', quarantine: null, life, lastRun: run };
const problem = { code: 'POWERSCHOOL_UNREACHABLE', message: 'PowerSchool does not answer.', since: long };
const quarantine = { code: 'QUARANTINED_BY_PROBLEMS', message: 'Too many.', action: 'See them.', since: long } as const;
const error = { code: 'GRAPH_CONSENT_MISSING', message: 'No consent.', step: 'signing in', action: null };

function district(slug: string, more: Partial<FleetDistrict> = {}): FleetDistrict {
  const base = { id: slug, slug, name: slug, graphTenantId: slug, committedAt: at, createdAt: long };
  return { ...base, agents: [agent], profiles: [profile], access: [], held: 0, problems: 0, ...more };
}

/** The worst first: state and sentence of each. */
const ranked: [FleetDistrict, need: string, why: RegExp][] = [
  [
    district('s-failing', { profiles: [{ ...profile, standing: 'failing', lastRun: { ...run, error } }], problems: 3 }),
    'stopped',
    /^The last run failed 40 seconds ago while signing in: GRAPH_CONSENT_MISSING: No consent\.$/,
  ],
  [
    district('s-quarantined', { profiles: [profile, { ...profile, standing: 'quarantined', quarantine }] }),
    'stopped',
    /^Too many\.$/,
  ],
  [
    district('b-away', { agents: [agent, { ...agent, connectedSince: null, lastSeenAt: long }], held: 5 }),
    'broken',
    /^Agent sis: not connected, last seen 1 day ago\.$/,
  ],
  [
    district('b-problem', { agents: [{ ...agent, health: { at, state: 'problem', problem } }] }),
    'broken',
    /^Agent sis: POWERSCHOOL_UNREACHABLE: PowerSchool does not answer\.$/,
  ],
  [
    district('b-silent', { agents: [{ ...agent, health: { at: long, state: 'idle' } }] }),
    'broken',
    /^Agent sis: connected, has not reported for 1 day\.$/,
  ],
  [
    district('h-many', { profiles: [{ ...profile, standing: 'held' }], held: 400 }),
    'decision',
    /^400 operations wait for a decision\.$/,
  ],
  [
    district('h-few', { profiles: [{ ...profile, standing: 'held' }], held: 30, problems: 900 }),
    'decision',
    /^30 operations/,
  ],
  [
    district('p-many', { profiles: [{ ...profile, standing: 'success with errors' }], problems: 12 }),
    'attention',
    /^12 open problems\.$/,
  ],
  [
    district('p-one', { profiles: [{ ...profile, standing: 'success with errors' }], problems: 1 }),
    'attention',
    /^1 open problem\.$/,
  ],
  [
    district('u-consent', { access: [{ roles: [], checkedAt: at }], profiles: [] }),
    'unfinished',
    /^Consent is missing/,
  ],
  [
    district('u-no-agent', {
      agents: [],
      profiles: [],
      access: [{ roles: toRead.map(([least]) => least), checkedAt: at }],
    }),
    'unfinished',
    /^No agent has enrolled\.$/,
  ],
  [district('u-no-profile', { profiles: [] }), 'unfinished', /^It has no profile\.$/],
  [
    district('u-no-roster', {
      committedAt: null,
      profiles: [{ ...profile, standing: 'setting up', lastRun: undefined }],
    }),
    'unfinished',
    /^No complete roster has arrived yet\.$/,
  ],
  [
    district('u-paused', { profiles: [{ ...profile, standing: 'paused' }] }),
    'unfinished',
    /^The profile "All" is paused\.$/,
  ],
  [
    district('u-preview', { profiles: [{ ...profile, standing: 'preview' }] }),
    'unfinished',
    /^The profile "All" is a preview\.$/,
  ],
  [district('x-fine'), 'fine', /^In step\.$/],
  [district('x-running', { profiles: [{ ...profile, standing: 'in progress' }] }), 'fine', /^A run is in progress\.$/],
];

t.test('lists the worst district first, and says why', async (t) => {
  const expected = ranked.map(([{ slug }]) => slug);
  for (const order of [
    ranked,
    ranked.toReversed(),
    ranked.toSorted(([a], [b]) => (a.slug.slice(2) < b.slug.slice(2) ? -1 : 1)),
  ]) {
    const { districts } = describeFleet(
      order.map(([one]) => one),
      nowMs,
    );
    // Quarantined and failing are equally bad, and so are the three agent states: sorted by problems, held operations,
    // then name.
    t.same(new Set(districts.map(({ slug }) => slug)), new Set(expected));
    t.same(
      districts.map(({ slug }) => slug),
      expected,
    );
  }
  const { districts } = describeFleet(
    ranked.map(([one]) => one),
    nowMs,
  );
  for (const [index, [{ slug }, need, why]] of ranked.entries()) t.match(districts[index], { slug, need, why }, slug);
});
