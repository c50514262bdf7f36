/** What was provisioned, for people. */
import type { Edit } from './edits.ts';
import type { Inspection } from './inspect.ts';
import { actualTotals, expectedTotals, isAboutPerson, type Totals } from './oracle/totals.ts';
import { relayCommand } from './relay.ts';
import { count, type Screen } from './screen.ts';
import { summit } from './sites.ts';
import type { Testbed } from './testbed.ts';

const labels: Record<keyof Totals, string> = {
  schools: 'schools',
  classes: 'classes',
  users: 'people with an account',
  licenses: 'licenses',
  members: 'class memberships',
  teams: 'teams',
  teachers: 'class ownerships of teachers',
  problems: 'people with a problem',
};

/** How many differences the screen shows; the report has more. */
const differencesShown = 10;
const examplesPerProblem = 2;

export function showSummary(screen: Screen, { expected, actual, differences }: Inspection): void {
  const [must, is] = [expectedTotals(expected), actualTotals(actual)];
  screen.line();
  screen.title('In Microsoft 365 now');
  for (const name of Object.keys(labels) as (keyof Totals)[]) {
    const wrong = must[name] === is[name] ? '' : `   (must be ${count(must[name])})`;
    screen.line(`${count(is[name]).padStart(10)}  ${labels[name]}${wrong}`);
  }
  const problems = actual.problems.filter(({ subject }) => isAboutPerson(subject));
  const byCode = [...Map.groupBy(problems, ({ code }) => code)].sort(([, a], [, b]) => b.length - a.length);
  if (byCode.length > 0) {
    screen.line();
    screen.title('People whom an administrator has to look at');
  }
  for (const [code, reported] of byCode) {
    screen.line(`${count(reported.length).padStart(10)}  ${code}`);
    for (const { subject, message } of reported.slice(0, examplesPerProblem)) {
      screen.line(`${' '.repeat(12)}${subject}: ${message}`);
    }
  }
  screen.line();
  showDifferences(screen, differences);
}

export function showDifferences(screen: Screen, differences: readonly string[]): void {
  if (differences.length === 0) {
    screen.done("Compared with PowerSchool's tables, object by object: no differences");
    return;
  }
  screen.warn(`Compared with PowerSchool's tables: ${count(differences.length, 'difference')}`);
  for (const difference of differences.slice(0, differencesShown)) screen.line(`  ${difference}`);
  if (differences.length > differencesShown)
    screen.line(`  … and ${count(differences.length - differencesShown)} more`);
}

export function showAddresses(
  screen: Screen,
  addresses: { powerschool: string; microsoft: string; relay: string; page: string; caFile: string; folder: string },
): void {
  screen.line();
  screen.title('Local addresses');
  screen.line(`  PowerSchool   ${addresses.powerschool}`);
  screen.line(`  Graph         ${addresses.microsoft}/v1.0   (everything in it: ${addresses.microsoft}/_sim/dump)`);
  screen.line(`  Relay         ${addresses.relay}`);
  screen.line(`  Agent's page  ${addresses.page}`);
  screen.line(`  Their CA      ${addresses.caFile}`);
  screen.line(`  State, logs   ${addresses.folder}`);
}

export function showHowToEdit(screen: Screen, edits: readonly Edit[], powerschool: string, caFile: string): void {
  screen.line();
  screen.title('Edit PowerSchool from another terminal, for instance:');
  for (const { title, body } of edits) {
    screen.line(`  # ${title}`);
    screen.line(`  curl --cacert ${caFile} ${powerschool}/_sim/edit -H 'content-type: application/json' \\`);
    screen.line(`    -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`);
  }
}

/** With --keep they still work after the demo, because the folder stays. */
export function showRelayCommands(testbed: Testbed, { users }: Inspection['expected']): void {
  const { screen } = testbed;
  const { slug, agentHome } = summit;
  const [person] = users.map(({ person }) => person.key.split(':')).filter(([role]) => role === 'students');
  screen.line();
  screen.title('Ask its relay and its agent from another terminal:');
  screen.line(`  ${relayCommand(testbed, 'status', slug)}`);
  screen.line(`  ${relayCommand(testbed, 'runs', slug)}`);
  if (person?.[1] !== undefined) screen.line(`  ${relayCommand(testbed, 'explain', slug, '--student', person[1])}`);
  screen.line(`  HALLPASS_HOME=${testbed.homeOf(agentHome).HALLPASS_HOME} npx hallpass-agent status`);
}
