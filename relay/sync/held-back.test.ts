/** Whatever is refused, in doubt or waiting: everything independent of it is done in the same run. */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { faultOrder } from '../../scripts/simulators/microsoft/fault-order.ts';
import { parseProfile } from '../profile/profile.ts';
import { readProblems } from '../store/runs/problems.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';
import { histories } from '../testing/histories.ts';

const create = { students: 'create', teachers: 'create' } as const;
const students = 6;

const refused = { kind: 'answer', answer: { status: 400, code: 'Request_BadRequest', message: 'No.' } };
const conflict = {
  kind: 'answer',
  answer: {
    ...{ status: 400, code: 'Request_BadRequest', message: 'Another object with the same value exists.' },
    details: [
      { code: 'ObjectConflict', target: 'mailNickname', message: 'Another object with the same value exists.' },
    ],
  },
};

const obstacle = fc.record({
  /** Which of the following requests is affected. */
  what: fc.constantFrom('classes', 'users'),
  skip: fc.nat(5),
  fault: fc.constantFrom(
    ...[refused, conflict, { kind: 'lost-answer' }, { kind: 'drop' }, { kind: '503' }],
    // For one request in a batch.
    ...[{ kind: 'missing' }, { kind: '503', retryAfter: 20 }],
  ),
});
const day = fc.record({
  obstacles: fc.array(obstacle, { minLength: 1, maxLength: 4 }),
  /** Seconds until new objects can be found, and whether Microsoft Teams never learns of the classes. */
  lag: fc.constantFrom(0, 4),
  isTeamsDeaf: fc.boolean(),
});

type Day = typeof day extends fc.Arbitrary<infer T> ? T : never;

const examples: Day[] = [
  { obstacles: [{ what: 'classes', skip: 1, fault: refused }], lag: 0, isTeamsDeaf: true },
  // A past bug: an operation that needed the class was dropped after the Teams desk had begun to wait. Nothing woke it,
  // and the run never ended.
  {
    obstacles: [
      { what: 'classes', skip: 4, fault: { kind: '503' } },
      { what: 'classes', skip: 5, fault: conflict },
    ],
    lag: 0,
    isTeamsDeaf: false,
  },
];

t.test('a failure, a conflict, a look-up and a team hold back what depends on them, and nothing else', async (t) => {
  let held = 0;
  const property = fc.asyncProperty(day, async (day) => {
    const { wrong, failed } = await live(t, day);
    held += failed;
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });
  // If runs fail by not ending, shrinking the history would take until the test's time limit.
  await fc.assert(property, { ...histories(t, examples), endOnFailure: true });
  t.ok(held > 0, `${held} were refused`);
});

async function live(t: Test, { obstacles, lag, isTeamsDeaf }: Day): Promise<{ wrong: string[]; failed: number }> {
  const district = await openDistrict({ dir: t.testdir(), mode: create, students, accounts: false });
  try {
    district.profile = parseProfile({ ...district.profile, classes: { createTeam: true } }, 'test');
    const { directory, faults } = district.microsoft;
    directory.lag = lag * 1000;
    directory.teams.lag = isTeamsDeaf ? 1000 * 3_600_000 : 0;
    for (const { what, skip, fault } of obstacles)
      faults.add(faultOrder.parse({ match: { method: 'POST', path: `^/(education/)?${what}$` }, skip, ...fault }));
    const roster = smallRoster(students);
    await district.commit(roster);
    const start = district.clock.now();
    await district.run();
    const seconds = (district.clock.now() - start) / 1000;
    const problems = await district.store.withTenant(district.tenantId, readProblems);
    const open = new Set(problems.map(({ subject }) => subject));
    const { user, class: classes } = await district.dump();
    const accounts = new Map(user.map((one) => [`students:${one.student?.externalId}`, one.id]));
    const wrong: string[] = [];
    // More than all look-ups together. Classes unknown to Teams are requested again as long as any of them is new.
    if (!isTeamsDeaf && seconds > 120) wrong.push(`the run took ${seconds} s`);
    if (open.size > obstacles.length) wrong.push(`more problems than obstacles: ${[...open].join(' ')}`);
    for (const one of roster) {
      if (one.kind === 'student' && !open.has(`students:${one.id}`) && !accounts.has(`students:${one.id}`))
        wrong.push(`student ${one.id} has no account`);
      if (one.kind === 'section' && !open.has(`class:${one.id}`)) {
        const made = classes.find(({ externalId }) => externalId === one.id);
        if (made === undefined) wrong.push(`class ${one.id} is missing`);
        else if (!isTeamsDeaf && (made.owners ?? []).length > 0 && !made.resourceProvisioningOptions?.includes('Team'))
          wrong.push(`class ${one.id} is no team`);
      }
      if (one.kind !== 'studentEnrollment') continue;
      if (open.has(`class:${one.sectionId}`) || open.has(`students:${one.studentId}`)) continue;
      const members = classes.find(({ externalId }) => externalId === one.sectionId)?.members ?? [];
      if (!members.includes(accounts.get(`students:${one.studentId}`) ?? ''))
        wrong.push(`${one.studentId} is not in ${one.sectionId}`);
    }
    return { wrong, failed: open.size };
  } finally {
    await district.close();
  }
}
