/** One small wrong change each, of the kind that people make, where a mistake costs a district most; and who must notice it. */

export interface Mutant {
  /** The part that it breaks. */
  part: string;
  /** What it would do to a district. */
  harm: string;
  file: string;
  /** Once in the file. */
  find: string;
  replace: string;
  /** Test files of the short run: each fails. */
  tests: readonly string[];
}

export const mutants: readonly Mutant[] = [
  {
    part: 'plan',
    harm: 'students who left a class stay in it, and those who are in none leave',
    file: 'relay/plan/class-members.ts',
    find: "leavers.students[way] === 'remove'",
    replace: "leavers.students[way] !== 'remove'",
    tests: ['relay/plan/plan.test.ts'],
  },
  {
    part: 'departures',
    harm: 'accounts are disabled a day late, for ever where the days are 0',
    file: 'relay/plan/departures.ts',
    find: 'since <= lastDay',
    replace: 'since < lastDay',
    tests: ['relay/plan/departures.test.ts'],
  },
  {
    part: 'identity',
    harm: 'of two accounts that match somebody, one is taken at random',
    file: 'relay/identity/match.ts',
    find: 'if (others.length > 0)',
    replace: 'if (others.length > 1)',
    tests: ['relay/identity/match.test.ts'],
  },
  {
    part: 'guard',
    harm: 'a share of removals above the limit is carried out where their number is small',
    file: 'relay/plan/guard.ts',
    find: 'most) * 100 <= outOf * limit.percent',
    replace: 'most) <= outOf * limit.percent',
    tests: ['relay/plan/guard.test.ts'],
  },
  {
    part: 'guard',
    harm: 'losses of the last 24 hours are not counted',
    file: 'relay/plan/recent-changes.ts',
    find: 'row.hour >= first',
    replace: 'row.hour < first',
    tests: ['relay/plan/recent-changes.test.ts'],
  },
  {
    part: 'guard',
    harm: 'an approval covers its number in each run',
    file: 'relay/plan/decisions.ts',
    find: 'covered(decidedCount) - carriedOut',
    replace: 'covered(decidedCount)',
    tests: ['relay/sync/slices.test.ts'],
  },
  {
    part: 'guard',
    harm: 'what is held passes when what came before it is a day old',
    file: 'relay/plan/recent-changes.ts',
    find: '[now, ...holds.map(({ firstSeen }) => firstSeen)].sort()[0]',
    replace: '[now, ...holds.map(({ firstSeen }) => firstSeen)].sort().at(-1)',
    tests: ['relay/sync/slices.test.ts'],
  },
  {
    part: 'apply',
    harm: 'writes to one group run side by side, which Graph answers with conflicts',
    file: 'relay/schedule/lanes.ts',
    find: 'lane === 0 || this.#holder.at(lane) === 0',
    replace: 'lane === 0 || this.#holder.at(lane) !== 0',
    tests: ['relay/schedule/schedule.test.ts'],
  },
  {
    part: 'apply',
    harm: 'a school that is edited while its creation is under way or in doubt is created twice',
    file: 'relay/sync/apply/replanning.ts',
    find: 'subtract(plan, [...stays, ...this.#inDoubt.filter(isCreation)])',
    replace: 'subtract(plan, [])',
    tests: ['relay/sync/overtaking.test.ts'],
  },
  {
    part: 'archiving',
    harm: 'the team of a class that ends while Teams is making it is never archived',
    file: 'relay/sync/apply/archiving.ts',
    find: "if (teamWorkOf(operation) === 'archive' && isTeamComing(operation)) return true;",
    replace: "if (teamWorkOf(operation) !== 'archive' && isTeamComing(operation)) return true;",
    tests: ['relay/sync/apply/archiving.test.ts'],
  },
  {
    part: 'connection',
    harm: 'a batch that was repeated after a lost acknowledgment is applied twice',
    file: 'relay/http/link/order.ts',
    find: 'if (seq <= state.seq)',
    replace: 'if (seq < state.seq)',
    tests: ['relay/http/link/order.test.ts'],
  },
  {
    part: 'window of acknowledgments',
    harm: 'the agent takes for durable what the relay may not have',
    file: 'agent/uplink/window.ts',
    find: 'this.#acked >= seq',
    replace: 'this.#acked + 1 >= seq',
    tests: ['agent/cycle/cycle.test.ts'],
  },
  {
    part: 'digest',
    harm: 'after some removals both sides differ for good, and compare whole buckets again and again',
    file: 'shared/digest.ts',
    find: ' + modulus) % modulus',
    replace: ') % modulus',
    tests: ['shared/digest.test.ts'],
  },
  {
    part: 'baseline diff',
    harm: 'a record whose row cannot be used today is deleted',
    file: 'agent/baseline/diff.ts',
    find: 'if (before !== undefined && !this.#now.has(id))',
    replace: 'if (before === undefined && !this.#now.has(id))',
    tests: ['agent/model/left-out.test.ts'],
  },
  {
    part: 'outcome table',
    harm: 'a tenant that throttles costs each operation a doubt, and creations a search',
    file: 'relay/operations/common-answers.ts',
    find: "{ status: [429], verdict: 'again',",
    replace: "{ status: [429], verdict: 'doubtful',",
    tests: ['relay/graph/outcome.test.ts'],
  },
  {
    part: 'journal',
    harm: 'operations whose answer was lost are forgotten, and what they did is known to nobody',
    file: 'relay/store/runs/journal.ts',
    find: ".where('state', '=', 'intent')",
    replace: ".where('state', '=', 'unknown')",
    tests: ['relay/store/runs/run-history.test.ts'],
  },
  {
    part: 'left-out rows',
    harm: 'a query that answers nonsense for most rows of a bucket is a basis for deletions',
    file: 'agent/model/left-out.ts',
    find: 'unusable.length <= records',
    replace: 'unusable.length >= records',
    tests: ['agent/model/left-out.test.ts'],
  },
];
