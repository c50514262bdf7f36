/**
 * The demo from beginning to end: a district, a relay and a Microsoft 365 tenant, and a roster on its way between them.
 */
import { constants } from 'node:fs';
import { access, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { databaseShare, type RunningAgent, startAgent } from './agent.ts';
import { DemoError, Interrupted } from './demo-error.ts';
import { chooseEdits, type Edit } from './edits.ts';
import { type FirstSync, followFirstSync } from './first-sync.ts';
import { handOutPasswords } from './hand-out.ts';
import { circumstancesOf, type Inspection, inspect, localDate } from './inspect.ts';
import { type EditParts, type MadeEdit, makeEdit, openReader } from './live-edits.ts';
import { graphCounts } from './microsoft.ts';
import type { DemoOptions } from './options.ts';
import { writesSaved } from './oracle/before.ts';
import { rests } from './oracle/rules.ts';
import { minimumWrites } from './oracle/totals.ts';
import { cycleSeconds, lastRunSentences, relayCommand, slug } from './relay.ts';
import { makeReport } from './report.ts';
import { count, type Screen, seconds } from './screen.ts';
import { type Place, setUp } from './set-up.ts';
import { Stages } from './stages.ts';
import { showAddresses, showDifferences, showHowToEdit, showSummary } from './summary.ts';
import { openTestbed, type Testbed } from './testbed.ts';
import { watchEdits } from './watch.ts';

export interface DemoControl {
  /** Aborted by the first Ctrl-C. */
  interrupted: AbortSignal;
  /** Aborted by the second Ctrl-C. */
  impatient: AbortSignal;
}

/** @returns the exit code. @throws DemoError when a program failed, Interrupted when the first sync was not done */
export async function runDemo(options: DemoOptions, screen: Screen, control: DemoControl): Promise<number> {
  if (options.json !== undefined) await clearReport(options.json);
  await using testbed = await openTestbed(options, screen, control.interrupted);
  control.impatient.addEventListener('abort', () => testbed.programs.killAll());
  try {
    return await runStory(testbed);
  } catch (error) {
    throw await causeOf(error, testbed.signal);
  }
}

/** An old report must not be mistaken for this run's, and it is better to report a wrong path now than at the end. */
async function clearReport(file: string): Promise<void> {
  try {
    await rm(file, { force: true });
    await access(dirname(file), constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DemoError(
      `The report cannot be written: ${reason}`,
      'Give --json a file in a folder that can be written.',
    );
  }
}

/** A program that has ended first shows as a broken connection: a moment later it is known which one, and why. */
async function causeOf(error: unknown, signal: AbortSignal): Promise<unknown> {
  if (!signal.aborted && !(error instanceof DemoError)) await wait(1000, undefined, { signal }).catch(() => undefined);
  return signal.aborted ? signal.reason : error;
}

async function runStory(testbed: Testbed): Promise<number> {
  const { options, screen } = testbed;
  const stages = new Stages();
  showIntroduction(testbed);

  const place = await setUp(testbed, stages);
  const { agent, sync } = await stages.time('first sync', () =>
    followFirstSync(place.relay.program, () => startAgent(testbed), {
      screen,
      signal: testbed.signal,
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
  if (!options.once) {
    await writeReport(options, { place, agent, sync, stages, first });
    return await keepRunning(testbed, place, agent, first, edits);
  }

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

interface MadeEdits {
  made: MadeEdit[];
  /** Edits that have not arrived, in words. */
  missing: string[];
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

/** Until Ctrl-C, or until a program ends. */
async function keepRunning(
  testbed: Testbed,
  { powerschool, microsoft, relay }: Place,
  agent: RunningAgent,
  { differences, expected }: Inspection,
  edits: readonly Edit[],
): Promise<number> {
  const { screen, caFile, folder, signal } = testbed;
  const addresses = { powerschool: powerschool.baseUrl, microsoft: microsoft.baseUrl, relay: relay.url };
  showAddresses(screen, { ...addresses, page: agent.page, caFile, folder });
  showHowToEdit(screen, edits, powerschool.baseUrl, caFile);
  showRelayCommands(testbed, expected);
  screen.line();
  screen.line('Running. Edits show up here when they have arrived in Graph. Ctrl-C stops everything.');
  try {
    await watchEdits({
      db: powerschool.db,
      agent: agent.program,
      relay: relay.program,
      screen,
      signal,
      lastRun: () => lastRunSentences(testbed),
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  screen.line('Stopping …');
  return differences.length === 0 ? 0 : 1;
}

/** With --keep they still work after the demo, because the folder stays. */
function showRelayCommands(testbed: Testbed, { users }: Inspection['expected']): void {
  const { screen } = testbed;
  const [person] = users.map(({ person }) => person.key.split(':')).filter(([role]) => role === 'students');
  screen.line();
  screen.title('Ask its relay and its agent from another terminal:');
  screen.line(`  ${relayCommand(testbed, 'status', slug)}`);
  screen.line(`  ${relayCommand(testbed, 'runs', slug)}`);
  if (person?.[1] !== undefined) screen.line(`  ${relayCommand(testbed, 'explain', slug, '--student', person[1])}`);
  screen.line(`  HALLPASS_HOME=${testbed.homeOf('agent').HALLPASS_HOME} npx hallpass-agent status`);
}

function showIntroduction({ options, screen }: Testbed): void {
  const { mode, graphSpeed, sdsCsv, students } = options;
  const what =
    sdsCsv === undefined ? `a made-up district of ${count(students, 'student')}` : `the district in ${sdsCsv}`;
  screen.title(`Hallpass: ${what}, ${mode === 'match' ? 'existing users are matched' : 'new users are created'}`);
  screen.line(
    `Real Graph allows 20 writes/s; here the simulator's limits and the relay's budget are × ${graphSpeed}.\n` +
      `The agent looks every ${cycleSeconds} s (usually 60) and may use ${databaseShare * 100} % of PowerSchool's time for it\n(usually 2 %).`,
  );
  screen.line();
}

interface Facts {
  place: Place;
  agent: RunningAgent;
  sync: FirstSync;
  stages: Stages;
  first: Inspection;
  /** With --once: what happened after the first sync. */
  second?: MadeEdits & { last: Inspection; edits: readonly Edit[]; ownReads: number };
}

async function writeReport(options: DemoOptions, facts: Facts): Promise<void> {
  if (options.json === undefined) return;
  const { place, agent, sync, stages, first, second } = facts;
  const graph = await graphCounts(place.microsoft);
  const early = first.differences.map((difference) => (second ? `after the first sync: ${difference}` : difference));
  const report = makeReport({
    inspection: second?.last ?? first,
    differences: [...early, ...(second?.missing ?? []), ...(second?.last.differences ?? [])],
    seconds: sync.provisionedAfter,
    made: second?.made ?? [],
    graph: { ...graph, requests: graph.requests - (second?.ownReads ?? 0) },
    minimumWrites: (second?.edits ?? []).reduce(
      (sum, edit) => sum + edit.writes,
      minimumWrites(first.expected) - writesSaved(place.before, first.expected),
    ),
    agent: agent.counts(),
    options,
    timings: stages.seconds,
  });
  await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
}
