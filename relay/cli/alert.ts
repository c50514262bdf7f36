import { type Command, InvalidArgumentError, Option } from 'commander';
import { filePath } from '../../shared/command-words.ts';
import { parseQuietWindow, type QuietWindow } from '../../shared/quiet.ts';
import { readTextFile } from '../../shared/text-file.ts';
import { addAlertChannel, editAlertChannel, removeAlertChannel, testAlertChannel } from '../app/commands/alerts.ts';
import { alertsNow, channelsNow } from '../app/queries/alerts.ts';
import { type AlertCause, type AlertReader, alertCauses, alertReaders, type ChannelKind } from '../model/alert.ts';
import { actorOf, type CliContext, type Noted, noted, printJson, printTable, withApp } from './context.ts';
import { portNumber } from './numbers.ts';

interface AddOptions extends Noted {
  name: string;
  webhook?: string;
  webhookFile?: string;
  heartbeat?: string;
  heartbeatFile?: string;
  smtp?: string;
  port: number;
  from?: string;
  to?: string[];
  user?: string;
  passwordFile?: string;
  for?: AlertReader[];
  cause?: AlertCause[];
  quiet?: QuietWindow[];
  timeZone?: string;
  json?: true;
}

/** Who hears of what is wrong. */
export function alertCommands(alert: Command, context: CliContext): void {
  addCommand(alert, context);
  editCommand(alert, context);
  listCommand(alert, context);
  noted(alert.command('test'))
    .description('send a test through a channel, at once and a single time')
    .argument('<channel>', 'name or id of the channel')
    .argument('[tenant]', 'slug or id of its district; without it, a channel of the relay')
    .addHelpText(
      'after',
      '\nExamples:\n  hallpass-relay alert test on-call\n  hallpass-relay alert test office contoso',
    )
    .action(async (channel: string, tenant: string | undefined, options: Noted) => {
      const actor = actorOf(context, options);
      const { name, target } = await withApp(context, (app) => testAlertChannel(app, actor, { tenant, channel }));
      context.out.write(`Sent a test through ${name} to ${target}.\n`);
    });
  noted(alert.command('remove'))
    .description('remove a channel; what it was still to tell is not told')
    .argument('<channel>', 'name or id of the channel')
    .argument('[tenant]', 'slug or id of its district; without it, a channel of the relay')
    .addHelpText('after', '\nExample:\n  hallpass-relay alert remove office contoso')
    .action(async (channel: string, tenant: string | undefined, options: Noted) => {
      const actor = actorOf(context, options);
      const { name } = await withApp(context, (app) => removeAlertChannel(app, actor, { tenant, channel }));
      context.out.write(`Removed ${name}.\n`);
    });
}

function addCommand(alert: Command, context: CliContext): void {
  noted(alert.command('add'))
    .description('add a channel: a webhook, a mailbox, or an address that is called while all is well')
    .argument('[tenant]', 'slug or id of the district; without it, the channel hears of the relay and every district')
    .requiredOption('--name <name>', 'what it is called in lists', label)
    .option('--webhook <url>', 'send signed JSON to this address')
    .option('--webhook-file <file>', 'the same, with the address in a file, because it holds a secret', filePath)
    .option('--heartbeat <url>', 'call this address once a minute while all is well')
    .option('--heartbeat-file <file>', 'the same, with the address in a file', filePath)
    .option('--smtp <host>', 'send mail through this server')
    .option('--port <number>', 'its port: 465 for TLS from the beginning, others for STARTTLS', portNumber, 587)
    .option('--from <address>', 'sender of the mail')
    .option('--to <address...>', 'recipients of the mail')
    .option('--user <name>', 'sign in to the mail server')
    .option(
      '--password-file <file>',
      'file with the password; it is kept sealed, and the file not needed again',
      filePath,
    )
    .addOption(forOption())
    .addOption(causeOption())
    .option('--quiet <from-to...>', 'times of day at which nothing is sent, e.g. 21:00-06:00', quietWindows)
    .option('--time-zone <name>', "of these times, e.g. America/Chicago; by default the district's, or the relay's")
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  hallpass-relay alert add --name on-call --webhook https://hooks.example.org/hallpass
  hallpass-relay alert add contoso --name office --smtp smtp.example.org --user relay --password-file pw.txt \\
    --from hallpass@example.org --to it@contoso.edu --for microsoft sis --quiet 21:00-06:00
  hallpass-relay alert add --name monitor --heartbeat-file monitor-url.txt`,
    )
    .action(async (tenant: string | undefined, options: AddOptions) => {
      const { name, for: readers, cause: causes, quiet, timeZone, json } = options;
      const input = { tenant, name, readers, causes, quiet, timeZone, ...(await targetOf(options)) };
      const actor = actorOf(context, options);
      const made = await withApp(context, (app) => addAlertChannel(app, actor, input));
      if (json) return printJson(context, made);
      context.out.write(`Added ${name}: ${input.kind} to ${made.target}.\n`);
      if (made.signingKey !== null) {
        context.out.write(
          `Signing key  ${made.signingKey}\n\nIt is not shown again. The receiver checks with it who sent a message (Standard Webhooks).\n`,
        );
      }
      context.out.write(`  → hallpass-relay alert test ${name}${tenant === undefined ? '' : ` ${tenant}`}\n`);
    });
}

function forOption(): Option {
  return new Option('--for <reader...>', 'only what concerns these people; by default everything').choices(
    alertReaders,
  );
}

function causeOption(): Option {
  return new Option('--cause <cause...>', 'only these causes; by default all').choices(alertCauses);
}

interface EditOptions extends Noted {
  name?: string;
  for?: AlertReader[];
  cause?: AlertCause[];
  allCauses?: true;
  /** False for none. */
  quiet?: QuietWindow[] | false;
  timeZone?: string;
}

function editCommand(alert: Command, context: CliContext): void {
  noted(alert.command('edit'))
    .description('change whom a channel tells, of what and when; where it leads stays')
    .argument('<channel>', 'name or id of the channel')
    .argument('[tenant]', 'slug or id of its district; without it, a channel of the relay')
    .option('--name <name>', 'call it so in lists', label)
    .addOption(forOption())
    .addOption(causeOption().conflicts('allCauses'))
    .option('--all-causes', 'all causes again')
    .option('--quiet <from-to...>', 'times of day at which nothing is sent, in place of those so far', quietWindows)
    .option('--no-quiet', 'no quiet hours')
    .option('--time-zone <name>', 'of these times, e.g. America/Chicago')
    .addHelpText(
      'after',
      `
What you leave out stays.

Examples:
  hallpass-relay alert edit on-call --cause agentSilent syncFailing
  hallpass-relay alert edit office contoso --for microsoft --quiet 18:00-07:00`,
    )
    .action(async (channel: string, tenant: string | undefined, options: EditOptions) => {
      const { name, for: readers, cause, allCauses, quiet: given, timeZone } = options;
      const causes = allCauses === true ? null : cause;
      const quiet = given === false ? [] : given;
      if ([name, readers, causes, quiet, timeZone].every((one) => one === undefined)) {
        throw new InvalidArgumentError('Say what to change: --name, --for, --cause, --quiet or --time-zone.');
      }
      const input = { tenant, channel, name, readers, causes, quiet, timeZone };
      const actor = actorOf(context, options);
      const { name: now } = await withApp(context, (app) => editAlertChannel(app, actor, input));
      context.out.write(`Changed ${now}.\n`);
    });
}

function listCommand(alert: Command, context: CliContext): void {
  alert
    .command('list')
    .description('show what is wrong now, and the channels with whether each delivers')
    .argument('[tenant]', "slug or id of the district; without it, the relay's own")
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  hallpass-relay alert list\n  hallpass-relay alert list contoso')
    .action(async (tenant: string | undefined, { json }: { json?: true }) => {
      const actor = actorOf(context);
      const answer = await withApp(context, async (app) => ({
        ...(await alertsNow(app, actor, tenant)),
        ...(await channelsNow(app, actor, tenant)),
      }));
      if (json) return printJson(context, answer);
      const { alerts, channels } = answer;
      for (const { cause, sentence, action, since } of alerts) {
        context.out.write(`${cause}: ${sentence}\n  → ${action}\n  Since ${since}.\n`);
      }
      if (alerts.length === 0) context.out.write('No open alerts.\n');
      context.out.write('\n');
      if (channels.length === 0) {
        const where = tenant === undefined ? '' : `${tenant} `;
        context.out.write(
          `Nobody is told: there are no channels.\n  → hallpass-relay alert add ${where}--name NAME …\n`,
        );
        return;
      }
      printTable(
        context,
        ['CHANNEL', 'KIND', 'TO', 'FOR', 'CAUSES', 'QUIET', 'STATE'],
        channels.map((one) => [
          ...[one.name, one.kind, one.target, one.readers.join(' '), one.causes?.join(' ') ?? 'all'],
          one.quiet.map(({ from, to }) => `${from}-${to}`).join(' '),
          stateOf(one),
        ]),
      );
    });
}

function stateOf({
  failingSince,
  failure,
  deliveredAt,
}: Record<'failingSince' | 'failure' | 'deliveredAt', string | null>) {
  if (failingSince !== null) return `failing since ${failingSince}: ${failure ?? ''}`;
  return deliveredAt === null ? 'not used yet' : `delivered ${deliveredAt}`;
}

/** Exactly one. */
async function targetOf(options: AddOptions): Promise<{ kind: ChannelKind; target: object }> {
  const { webhook, webhookFile, heartbeat, heartbeatFile, smtp, port, from, to, user, passwordFile } = options;
  const given = [webhook, webhookFile, heartbeat, heartbeatFile, smtp].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw new InvalidArgumentError('Give one of --webhook, --webhook-file, --heartbeat, --heartbeat-file and --smtp.');
  }
  const written = async (file: string) => (await readTextFile(file)).trim();
  if (smtp !== undefined) {
    const password = passwordFile === undefined ? {} : { password: await written(passwordFile) };
    return { kind: 'smtp', target: { host: smtp, port, from, to, ...(user !== undefined && { user }), ...password } };
  }
  const kind = (webhook ?? webhookFile) ? 'webhook' : 'heartbeat';
  const file = webhookFile ?? heartbeatFile;
  return { kind, target: { url: file === undefined ? (webhook ?? heartbeat) : await written(file) } };
}

function quietWindows(text: string, before: QuietWindow[] = []): QuietWindow[] {
  const window = parseQuietWindow(text);
  if (window === undefined) throw new InvalidArgumentError('Give times of day like 21:00-06:00.');
  return [...before, window];
}

function label(text: string): string {
  const name = text.trim();
  if (name !== '' && name.length <= 100 && !/\p{Cc}/u.test(name)) return name;
  throw new InvalidArgumentError('Give 1 to 100 characters in one line.');
}
