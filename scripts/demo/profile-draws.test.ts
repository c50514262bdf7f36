import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { parseProfile } from '../../relay/profile/profile.ts';
import { type Property, properties } from '../../shared/properties.ts';
import { type DrawContext, demoProfiles } from './profile-draws.ts';

const offer = {
  licenses: {
    students: '314c4481-f395-4525-be8b-2ec4bb1e9d91',
    teachers: '94763226-9b3c-4e75-a931-5c89701abe66',
  },
  plan: '57ff2da0-773e-42df-b2af-ffb7a2317929',
};
const context: DrawContext = {
  ...{ kind: 'random', mode: 'create', teams: false, directory: 'accounts', seed: 1 },
  ...{ schools: ['1', '3', '4', '7'], today: '2026-11-24' },
};

t.test('the relay accepts every generated profile, and the same seed generates the same one', async (t) => {
  const again: boolean[] = [];
  const usernames = new Set<string>();
  for (const kind of ['plain', 'rich', 'split', 'random'] as const) {
    for (const mode of ['match', 'create'] as const) {
      for (let seed = 0; seed < 100; seed += 1) {
        const profiles = demoProfiles({ ...context, kind, mode, seed }, offer);
        for (const profile of profiles) parseProfile(profile, `${kind} ${mode} ${seed}`);
        again.push(isDeepStrictEqual(demoProfiles({ ...context, kind, mode, seed }, offer), profiles));
        for (const { accounts } of profiles) usernames.add(JSON.stringify(accounts?.students?.username));
      }
    }
  }
  t.ok(again.every(Boolean));
  t.ok(usernames.size > 20, 'and they differ');
});

t.test('every property that is written to Microsoft 365 is drawn', (t) => {
  for (const kind of ['school', 'section', 'student', 'teacher'] as const) {
    const drawn = new Set<string>();
    for (let seed = 0; seed < 100; seed += 1) {
      const draws = demoProfiles({ ...context, seed }, offer);
      for (const { properties: chosen } of draws) for (const name of chosen?.[kind] ?? []) drawn.add(name);
    }
    const written = Object.entries<Property>(properties[kind]).filter(
      ([, one]) => one.graph?.made !== 'always' && one.graph,
    );
    const missing = written.map(([name]) => name).filter((name) => !drawn.has(name));
    t.strictSame(missing, [], kind);
  }
  t.end();
});

t.test('rich takes some of the schools; split divides them and leaves the rest to one profile', async (t) => {
  const schoolsOf = (kind: DrawContext['kind'], seed: number) =>
    demoProfiles({ ...context, kind, seed }, offer).map(({ schools }) => schools);
  t.strictSame(schoolsOf('rich', 1), [['1', '3', '4']]);
  const splits = new Set(Array.from({ length: 20 }, (_, seed) => JSON.stringify(schoolsOf('split', seed))));
  t.strictSame([...splits].sort(), ['[["1","4"],"all"]', '[["1","7"],["3"],"all"]']);
});
