/** `npm start`: a console with three districts, which come in one after the other and stay until Ctrl-C. */
import { startAgent } from './agent.ts';
import { DemoError, Interrupted } from './demo-error.ts';
import { openDistricts, type Prepared } from './districts.ts';
import { chooseEdits } from './edits.ts';
import { type FirstSync, followFirstSync } from './first-sync.ts';
import { circumstancesOf, inspect, localDate } from './inspect.ts';
import { type OpenedConsole, openConsole } from './open-console.ts';
import { readDistrict } from './oracle/district.ts';
import { type Rules, rests } from './oracle/rules.ts';
import { others } from './people.ts';
import { editPowerSchool } from './powerschool.ts';
import { cycleSecondsOf, lastRunSentences } from './relay.ts';
import { writeReport } from './report.ts';
import { rollover } from './rollover.ts';
import { count, seconds } from './screen.ts';
import { accept, invitationFor } from './sign-in.ts';
import { lakeside, riverbend, summit } from './sites.ts';
import { Stages } from './stages.ts';
import { showAddresses, showHowToEdit, showRelayCommands, showSummary } from './summary.ts';
import type { Testbed } from './testbed.ts';
import { watchEdits } from './watch.ts';

/** How long the relay may take to hold what a rollover would take away. */
const holdPatienceMs = 120_000;

/** @returns the exit code. @throws DemoError when a program failed, Interrupted before the console can be used */
export async function runFleet(testbed: Testbed): Promise<number> {
  const console = await openConsole(testbed);
  const differences: string[] = [];
  try {
    await settle(testbed, console, differences);
  } catch (error) {
    const cause = testbed.signal.aborted ? testbed.signal.reason : error;
    if (!(cause instanceof Interrupted)) throw cause;
  }
  testbed.screen.line('Stopping …');
  return differences.length === 0 ? 0 : 1;
}

/** @param differences receives what the oracle finds in Summit */
async function settle(testbed: Testbed, console: OpenedConsole, differences: string[]): Promise<never> {
  const { options, screen, signal, caFile, folder } = testbed;
  const { relay, app } = console;
  const stages = new Stages();
  showIntroduction(testbed);
  const { districts, microsoft, rules, ...main } = await stages.time('districts', () =>
    openDistricts(testbed, console),
  );
  screen.done(`PowerSchool and Microsoft 365 are running for ${count(districts.length, 'district')}`);
  const place = {
    ...main,
    profiles: rules,
    powerschool: districts[0].powerschool,
    microsoft,
    relay,
    app,
    relayDb: relay.db,
  };

  const [{ agent, sync }] = await Promise.all([
    stages.time('first sync', () => loadSummit(testbed, console, rules)),
    admitOthers(testbed, console, districts),
    ...districts.filter(({ site }) => site !== summit).map((district) => loadNeighbor(testbed, console, district)),
  ]);
  stages.note('first read', sync.readAfter);
  stages.note('provisioning', sync.provisionedAfter - sync.readAfter);

  screen.busy("Comparing with PowerSchool's tables");
  const first = await stages.time('first comparison', () => inspect(place));
  differences.push(...first.differences);
  const { edits } = chooseEdits(first.district, first.expected, circumstancesOf(place), 1);
  showSummary(screen, first);
  await writeReport(options, { place, agent, sync, stages, first });

  const addresses = { powerschool: place.powerschool.baseUrl, microsoft: microsoft.baseUrl, relay: relay.url };
  showAddresses(screen, { ...addresses, page: agent.page, caFile, folder });
  showHowToEdit(screen, edits, place.powerschool.baseUrl, caFile);
  showRelayCommands(testbed, first.expected);
  screen.line();
  screen.line(
    `Running. Edits of ${summit.name} show up here when they have arrived in Graph. Ctrl-C stops everything.`,
  );
  const lastRun = () => lastRunSentences(testbed, summit);
  const { powerschool } = place;
  return await watchEdits({
    ...{ site: summit, db: powerschool.db, agent: agent.program, relay: relay.program, screen, signal, lastRun },
  });
}

async function loadSummit(
  testbed: Testbed,
  { relay }: OpenedConsole,
  rules: readonly Rules[],
): ReturnType<typeof followFirstSync> {
  const { screen, signal } = testbed;
  return await followFirstSync(relay.program, () => startAgent(testbed, summit), {
    ...{ screen, signal, site: summit },
    profiles: rules.filter((one) => !rests(one, localDate(new Date()))),
  });
}

/** What is told of it is its end; and Riverbend's year is rolled over then. */
async function loadNeighbor(
  testbed: Testbed,
  { relay }: OpenedConsole,
  { site, powerschool, profiles }: Prepared,
): Promise<void> {
  const { screen, signal } = testbed;
  const quiet = { done: () => undefined, progress: () => undefined, warn: (text: string) => screen.warn(text) };
  const { sync } = await followFirstSync(relay.program, () => startAgent(testbed, site), {
    ...{ screen: quiet, signal, site },
    profiles,
  });
  screen.done(saidOf(site.name, sync));
  if (site !== riverbend) return;
  const held = relay.program.next(
    ({ tenant, event }) => tenant === site.slug && event === 'hold.opened',
    AbortSignal.any([signal, AbortSignal.timeout(holdPatienceMs)]),
  );
  held.catch(() => undefined);
  await editPowerSchool(powerschool, rollover(readDistrict(powerschool.db, localDate(new Date()))));
  const { count: operations } = await held.catch((error: unknown) => {
    throw signal.aborted
      ? error
      : new DemoError(
          'The relay held nothing after a rollover.',
          'Please report these lines.',
          relay.program.lastLines,
        );
  });
  screen.done(`${site.name} was rolled over: ${count(Number(operations), 'operation')} wait for a decision`);
}

function saidOf(name: string, { provisionedAfter }: FirstSync): string {
  return `${name} is provisioned, ${seconds(provisionedAfter)} after its agent's first look`;
}

/** The people besides the operator accept their invitations. */
async function admitOthers(testbed: Testbed, { signIn }: OpenedConsole, districts: readonly Prepared[]): Promise<void> {
  const schools = districts.find(({ site }) => site === lakeside)?.schools.slice(0, 1) ?? [];
  for (const user of others) {
    await accept(await invitationFor(testbed, user, user.role === 'schoolViewer' ? schools : []), signIn, user);
  }
}

function showIntroduction({ options, screen }: Testbed): void {
  screen.line('Choose there who you are: Kim Novak is the operator. There are no passwords.');
  screen.line();
  screen.line(
    `Three districts are coming in, each with a PowerSchool, an agent and a Microsoft 365 tenant of its own.\n` +
      `Real Graph allows 20 writes/s; here the simulator's limits and the relay's budget are × ${options.graphSpeed}.\n` +
      `Agents look every ${cycleSecondsOf(options)} s (usually 60).`,
  );
  screen.line();
}
