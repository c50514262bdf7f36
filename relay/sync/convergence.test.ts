/**
 * Whatever happens on the way (edits, also during runs, faults of Graph, lost answers, kills, restarts), Microsoft 365 ends up as the
 * roster and the profile say: nothing missing, nothing twice, and nothing done that the policy does not allow.
 */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import type { DirectoryFile } from '../../scripts/simulators/microsoft/directory-file.ts';
import { sdsExtension } from '../../scripts/simulators/microsoft/graph/resources.ts';
import { HallpassError } from '../../shared/errors.ts';
import { waysToGroup } from '../model/grouping.ts';
import { parseProfile } from '../profile/profile.ts';
import { readLinks } from '../store/accounts/links.ts';
import { appliedObjectIds } from '../store/applied/applied.ts';
import { examples } from '../testing/convergence/examples.ts';
import { groupsThereTwice, ofGroups } from '../testing/convergence/group-oracle.ts';
import { type History, history } from '../testing/convergence/history.ts';
import { differences, ofDeparted, whatIsThereTwice } from '../testing/convergence/oracle.ts';
import { type District, openDistrict } from '../testing/district.ts';
import { histories } from '../testing/histories.ts';
import type { HowToRun } from '../testing/mid-run.ts';
import { afterSds } from '../testing/sds.ts';
import {
  change,
  type Edit,
  fullWorld,
  type Membership,
  membershipsOf,
  noGuards,
  recordsOf,
  type World,
} from '../testing/small-world.ts';

t.test('for any history: what should be there is there, once, and nothing else was done', async (t) => {
  await fc.assert(
    fc.asyncProperty(history, async (history) => {
      const found = await live(t, history);
      if (found.length > 0) throw new Error(found.join('\n'));
    }),
    histories(t, examples),
  );
  t.pass('it holds');
});

/** @returns what is wrong in the end */
async function live(t: Test, history: History): Promise<string[]> {
  const { how, sds, schools, createTeam, groups, steps, rules, ...policies } = history;
  const mode = { students: how, teachers: how };
  const accounts = how === 'match' || sds !== undefined;
  const furnish = (file: DirectoryFile) => (sds === undefined ? file : leftBySds(file, sds));
  const district = await openDistrict({ dir: t.testdir(), mode, students: 8, accounts, furnish });
  try {
    const by = groups ? waysToGroup : [];
    const given = {
      ...{ schools, policies: { ...policies, goneForDays: 0 }, guards: noGuards },
      ...{ classes: { createTeam }, groups: { by } },
    };
    district.profile = parseProfile({ ...district.profile, ...given }, 'test');
    Object.assign(district.microsoft.directory.rules, rules);
    const before = await district.dump();
    const world = fullWorld();
    const ever = new Map<string, Membership>();
    await commit(district, world, ever);
    const edit = async (edits: readonly Edit[]) => {
      for (const one of edits) change(world, one);
      await commit(district, world, ever);
    };
    for (const { edits, faults, meanwhile, killedAfter, killedAfterWrites, restart } of steps) {
      for (const { path, bad, ...order } of faults)
        district.microsoft.faults.add({ match: { path }, ...bad, ...order, delay: 0 });
      await runOnABadDay(district, {
        ...(killedAfter === 0 ? {} : { killedAfter }),
        ...(killedAfterWrites === 0 ? {} : { killedAfterWrites }),
        meanwhile: meanwhile && { ...meanwhile, edit: () => edit(meanwhile.edits) },
      });
      const twice = [...whatIsThereTwice(await district.dump()), ...groupsThereTwice(district)];
      if (twice.length > 0) return twice;
      if (restart) district.restart();
      await edit(edits);
    }
    district.microsoft.faults.clear();
    await settle(district);
    const end = await district.dump();
    const { links, objects } = await district.store.withTenant(district.tenantId, async (scope) => {
      return { links: await readLinks(scope), objects: await appliedObjectIds(scope) };
    });
    const people = new Map(links.map(({ role, personId, objectId }) => [objectId, `${role}:${personId}`]));
    const held = new Set([...objects, ...people.keys()]);
    return [
      ...differences(district, end, { world, ever, before }),
      ...ofDeparted(district, end, { world, before, held, people }),
      ...ofGroups(district, end, world),
    ];
  } finally {
    await district.close();
  }
}

async function commit(district: District, world: World, ever: Map<string, Membership>): Promise<void> {
  await district.commit(recordsOf(world));
  for (const [id, { students, teachers }] of membershipsOf(world, district.profile.schools)) {
    const before = ever.get(id);
    ever.set(id, {
      students: students.union(before?.students ?? new Set()),
      teachers: teachers.union(before?.teachers ?? new Set()),
    });
  }
}

/** A run may fail on a bad day, as long as it says why. */
async function runOnABadDay(district: District, how: HowToRun): Promise<void> {
  try {
    await district.run(how);
  } catch (error) {
    const killed = error instanceof Error && error.message === 'killed';
    const explained = error instanceof HallpassError && error.retry !== 'bug';
    if (!killed && !explained) throw error;
  }
}

/** Good days from now on, with time enough for a team that has to wait. Links whose account is gone take a second run, and nothing may be left for a fourth. */
async function settle(district: District): Promise<void> {
  for (let run = 0; run < 4; run += 1) {
    district.clock.advance(6 * 60_000);
    const { done, failed, waiting } = await district.run();
    if (done + failed + waiting === 0) return;
  }
  throw new Error('there is always something left to do');
}

/** Sections may change their course before Hallpass first looks, which would be a contradiction and has tests of its own. */
function leftBySds(file: DirectoryFile, form: 'v1' | 'v2.1' | 'mixed'): DirectoryFile {
  const left = afterSds(recordsOf(fullWorld()), { form, expired: 1 })(file);
  const groups = left.groups?.map(({ [`${sdsExtension}CourseNumber`]: _number, course: _course, ...group }) => group);
  return { ...left, groups };
}
