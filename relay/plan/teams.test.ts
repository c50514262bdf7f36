import t from 'tap';
import { type AppliedState, type AppliedTeam, nothingApplied, uncertainKey } from '../model/applied-state.ts';
import { asSectionId } from '../model/keys.ts';
import { parseProfile } from '../profile/profile.ts';
import { applyAll, desire, profile, small } from '../testing/planning.ts';
import { makePlan } from './plan.ts';
import { classesWithoutOwner } from './teams.ts';

const withTeams = parseProfile({ ...profile, classes: { createTeam: true } }, 'test');
const ownerless = { ...small, teacherRoster: [] };

function teamsIn(applied: AppliedState, roster = small, by = withTeams) {
  return makePlan(desire(roster, by).desired, applied).filter(({ kind }) => kind === 'createTeam');
}

/** The class exists, with its people. */
function done(roster = small): AppliedState {
  const applied = nothingApplied();
  applyAll(makePlan(desire(roster, withTeams).desired, applied), applied);
  return applied;
}

function teamOfClass(applied: AppliedState, state: AppliedTeam['state'], objectId?: string): AppliedState {
  const team = {
    objectId: objectId ?? applied.classes.get(asSectionId('5'))?.objectId ?? '',
    state,
    operation: undefined,
  };
  applied.teams.set(asSectionId('5'), { ...team, since: '2026-11-24T08:00:00Z', at: '2026-11-24T08:00:00Z' });
  return applied;
}

t.test('a class with an owner becomes a team, but only if the profile says so', async (t) => {
  const plan = makePlan(desire(small, withTeams).desired, nothingApplied());
  t.match(
    plan.filter(({ kind }) => kind === 'createTeam'),
    [{ kind: 'createTeam', key: 'class:5', sectionId: '5', reason: /every class a team/ }],
  );
  t.same(teamsIn(nothingApplied(), small, profile), []);
  t.equal(teamsIn(done()).length, 1, 'even of a class that existed before the option');
});

t.test('creates a team once; plans a missing one again and says why', async (t) => {
  t.same(teamsIn(teamOfClass(done(), 'there')), []);
  t.match(teamsIn(teamOfClass(done(), 'waiting')), [{ reason: /did not know the class/ }]);
  t.match(teamsIn(teamOfClass(done(), 'accepted')), [{ reason: /is creating/ }]);
  t.equal(teamsIn(teamOfClass(done(), 'there', 'an object of before')).length, 1, 'the class is a different one now');
});

t.test('without an owner there is no team; a teacher who left but stays in the class counts as one', async (t) => {
  const { desired } = desire(ownerless, withTeams);
  t.same(teamsIn(nothingApplied(), ownerless), []);
  t.same(classesWithoutOwner(desired, nothingApplied()), ['5']);
  t.equal(teamsIn(done(), ownerless).length, 1);
  t.same(classesWithoutOwner(desired, done()), []);
  const owner = uncertainKey('owner', '5', 'teachers:20');
  const doubtful = done();
  doubtful.uncertain.add(owner);
  t.same(teamsIn(doubtful, ownerless), [], 'nobody knows whether that one ever became an owner');
  t.same(classesWithoutOwner(desired, doubtful), ['5']);
  t.equal(teamsIn(doubtful).length, 1, 'adds a person who belongs there again');
  const removed = done();
  removed.absent.add(owner);
  t.same(teamsIn(removed), [], 'somebody removed the owner');
  t.same(classesWithoutOwner(desire(small, withTeams).desired, removed), ['5']);
  t.same(classesWithoutOwner(desired, teamOfClass(done(ownerless), 'there')), [], 'an existing team needs nobody');
  t.same(classesWithoutOwner(desire(ownerless, profile).desired, nothingApplied()), []);
});
