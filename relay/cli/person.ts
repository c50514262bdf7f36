/** One person, provisioned at once: what was found, planned and done, as it happens. */
import type { Command } from 'commander';
import { fail } from '../../shared/errors.ts';
import { printableLine } from '../../shared/printable.ts';
import { provisionPerson } from '../app/commands/provision-person.ts';
import { type AppContext, ask } from '../app/perform.ts';
import { isWell, type Provisioning, provisioningNow } from '../app/queries/provisioning.ts';
import { actorOf, type CliContext, type Noted, noted, printJson, withApp } from './context.ts';

/** Between two looks, milliseconds. */
const lookMs = 500;
/** How long a relay that serves may take to begin, milliseconds: it looks every two seconds. */
const patienceMs = 30_000;

type Operation = Provisioning['operations'][number];

const stepMarks: Record<Provisioning['steps'][number]['status'], string> = {
  success: '✓ success',
  skipped: '– skipped',
  waiting: '… waiting',
  held: '! held',
  failed: '✗ failed',
};
const marks: Record<Operation['state'], string> = { ...stepMarks, planned: '… planned', sent: '… sent' };

const outcomes: Record<NonNullable<Provisioning['outcome']>, string> = {
  done: 'All of it is done.',
  nothing: 'There was nothing to do.',
  skipped: 'This person is not provisioned.',
  shown: 'Nothing was written.',
  held: 'The guard holds a part of it.',
  waiting: 'A part of it waits, and goes on with the next run.',
  failed: 'A part of it failed.',
  expired: 'No relay took it up within an hour.',
};

export function personCommands(person: Command, context: CliContext): void {
  noted(person.command('provision'))
    .description('provision one person now, before everything else, and show every step')
    .argument('<tenant>', 'slug or id of the district')
    .argument('<person>', 'students:DCID or teachers:DCID, number, user name, email address, name, or account')
    .option('--no-wait', 'print the id of the request and end')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Account, license, school and class memberships of this person alone are brought up to date. A class or school that is not there
yet is created, with nobody else in it. The guard holds what it would hold in any run. Hours of the profile's schedule do not
matter; in a preview, a pause or a quarantine of the profile, the steps are shown and nothing is written.

Example:
  hallpass-relay person provision contoso "Ana Lee" --note "Ticket 4711"`,
    )
    .action(async (tenant: string, asked: string, options: Noted & { wait: boolean; json?: true }) => {
      const found = await withApp(context, (app) => followed(context, app, { tenant, person: asked, options }));
      if (options.json) printJson(context, found);
      if (options.wait) complain(found);
    });
}

async function followed(
  context: CliContext,
  app: AppContext,
  { tenant, person, options }: { tenant: string; person: string; options: Noted & { wait: boolean; json?: true } },
): Promise<Provisioning> {
  const { clock, stop, out } = context;
  const actor = actorOf(context, options);
  const { id } = await provisionPerson(app, actor, { tenant, person });
  const look = () =>
    ask(app, actor, { question: 'provisioning', tenant }, (scope) => provisioningNow(scope, id, clock.now()));
  let found = await look();
  const print = options.json ? () => undefined : printer(out);
  if (!options.wait) {
    if (!options.json) out.write(`Request ${id}: ${found.note ?? found.state}\n`);
    return found;
  }
  const begun = clock.now();
  print(found);
  while (found.state !== 'over') {
    if (found.state === 'asked' && clock.now() - begun > patienceMs) break;
    await clock.sleep(lookMs, stop);
    found = await look();
    print(found);
  }
  return found;
}

/** Prints what has not been printed yet. */
function printer(out: NodeJS.WritableStream): (found: Provisioning) => void {
  const seen = new Set<string>();
  const once = (line: string) => {
    if (seen.has(line)) return;
    seen.add(line);
    out.write(`${line}\n`);
  };
  return (found) => {
    if (found.state === 'asked') once(`${found.person}: ${found.note ?? ''}`);
    for (const step of found.steps) {
      once(
        `${stepMarks[step.status].padEnd(10)} ${step.stage.padEnd(11)} ${printableLine(step.fact)}${step.at === undefined ? '' : ` [${step.at}]`}`,
      );
      for (const { name, value } of step.values ?? []) once(`${' '.repeat(23)}${name}: ${printableLine(value)}`);
      if (step.next !== undefined) once(`${' '.repeat(23)}→ ${printableLine(step.next)}`);
    }
    // One that is about to be sent is not worth two lines.
    const settled = found.operations.filter(({ state }) => state !== 'sent' && state !== 'planned');
    for (const one of settled) for (const line of linesOf(one)) once(line);
    if (found.outcome !== null) once(`\n${outcomes[found.outcome]}${found.run === null ? '' : ` Run ${found.run}.`}`);
  };
}

function* linesOf({ state, sentence, why, changes, reason }: Operation): Iterable<string> {
  yield `${marks[state].padEnd(10)} ${'Operation'.padEnd(11)} ${printableLine(sentence)} (${printableLine(reason)})`;
  for (const change of changes) yield `${' '.repeat(23)}${printableLine(change)}`;
  if (why !== null) yield `${' '.repeat(23)}${printableLine(why)}`;
}

/** For the exit code. @throws HallpassError PROVISION_INCOMPLETE, PROVISION_PENDING */
function complain(found: Provisioning): void {
  if (isWell(found)) return;
  const { outcome, person, note } = found;
  const reason = outcome === null ? (note ?? 'it has not ended') : outcomes[outcome];
  const isPending = outcome === null || outcome === 'waiting' || outcome === 'expired';
  throw fail(isPending ? 'PROVISION_PENDING' : 'PROVISION_INCOMPLETE', { person, reason: reason.replace(/\.$/, '') });
}
