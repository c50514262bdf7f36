/** `--once`: one district from beginning to end, with edits, each compared with what the oracle says must be there. */
import { databaseShare, startAgent } from './agent.ts';
import { DemoError } from './demo-error.ts';
import { chooseEdits, type Edit } from './edits.ts';
import { followFirstSync } from './first-sync.ts';
import { handOutPasswords } from './hand-out.ts';
import { circumstancesOf, inspect, localDate } from './inspect.ts';
import { type EditParts, type MadeEdit, makeEdit, openReader } from './live-edits.ts';
import { rests } from './oracle/rules.ts';
import { cycleSecondsOf } from './relay.ts';
import { type MadeEdits, writeReport } from './report.ts';
import { count, type Screen, seconds } from './screen.ts';
import { setUp } from './set-up.ts';
import { summit } from './sites.ts';
import { Stages } from './stages.ts';
import { showDifferences, showSummary } from './summary.ts';
import type { Testbed } from './testbed.ts';

/** @returns the exit code */
export async function runOnce(testbed: Testbed): Promise<number> {
  const { options, screen } = testbed;
  const stages = new Stages();
  showIntroduction(testbed);

  const place = await setUp(testbed, stages);
  const { agent, sync } = await stages.time('first sync', () =>
    followFirstSync(place.relay.program, () => startAgent(testbed, summit), {
      screen,
      signal: testbed.signal,
      site: summit,
      profiles: place.profiles.filter((rules) => !rests(rules, localDate(new Date()))),
    }),
  );
  stages.note('first read', sync.readAfter);
  stages.note('provisioning', sync.provisionedAfter - sync.readAfter);

  screen.busy("Comparing with PowerSchool's tables");
  const first = await stages.time('first comparison', () => inspect(place));
  const { edits, leadsTo } = await stages.time('choosing edits', async () =>
    chooseEdits(first.district, first.expected, circumstancesOf(place), options.editRounds),
  );
  showSummary(screen, first);
  const reader = openReader(place.microsoft, place.app, first);
  const { powerschool, relay } = place;
  const { programs, signal } = testbed;
  const parts = { powerschool, relay: relay.program, agent: agent.program, reader, programs, signal };
  const made = await stages.time('edits', () => makeEdits(edits, parts, screen));
  const last = await stages.time('last comparison', () => inspect(place, leadsTo));
  last.differences.push(...(await stages.time('passwords', () => handOutPasswords(testbed, place, last.expected))));
  showDifferences(screen, last.differences);
  const second = { last, edits, ...made, ownReads: reader.requests };
  await writeReport(options, { place, agent, sync, stages, first, second });
  return first.differences.length + made.missing.length + last.differences.length === 0 ? 0 : 1;
}

async function makeEdits(edits: readonly Edit[], parts: EditParts, screen: Screen): Promise<MadeEdits> {
  const made: MadeEdit[] = [];
  const missing: string[] = [];
  for (const edit of edits) {
    screen.busy(edit.title);
    try {
      const one = await makeEdit(edit, parts);
      made.push(one);
      screen.done(`In Graph after ${seconds(one.seconds)}: ${edit.title}`);
    } catch (error) {
      if (parts.signal.aborted || !(error instanceof DemoError)) throw error;
      missing.push(`${edit.title}: ${error.message}`);
      screen.warn(`${edit.title}: ${error.message}`);
    }
  }
  return { made, missing };
}

function showIntroduction({ options, screen }: Testbed): void {
  const { mode, graphSpeed, sdsCsv, students } = options;
  const what =
    sdsCsv === undefined ? `a made-up district of ${count(students, 'student')}` : `the district in ${sdsCsv}`;
  screen.title(`Hallpass: ${what}, ${mode === 'match' ? 'existing users are matched' : 'new users are created'}`);
  screen.line(
    `Real Graph allows 20 writes/s; here the simulator's limits and the relay's budget are × ${graphSpeed}.\n` +
      `The agent looks every ${cycleSecondsOf(options)} s (usually 60) and may use ${databaseShare * 100} % of PowerSchool's time for it\n(usually 2 %).`,
  );
  screen.line();
}
