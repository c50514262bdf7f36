import { type Command, Option } from 'commander';
import type { Logger } from 'pino';
import { createLog, type LogFormat } from '../log/log.ts';
import type { Relay } from '../node.ts';
import { checkSettings, loadSettings, settingsNotice } from '../settings/settings.ts';
import { settingWarnings } from '../settings/warnings.ts';
import { actorOf, type CliContext } from './context.ts';
import { portNumber } from './numbers.ts';

interface ServeOptions {
  logFormat?: LogFormat;
  port?: number;
}

/** Serves until the program is asked to end; then it disconnects agents in order and finishes running work. */
export function serveCommand(command: Command, context: CliContext): void {
  command
    .addOption(new Option('--log-format <format>', 'format of events').choices(['json', 'text']))
    .option('--port <number>', 'listen on this port for this run only', portNumber)
    .addHelpText(
      'after',
      `
Log format: text on a terminal, otherwise JSON lines.

Examples:
  hallpass-relay serve
  hallpass-relay serve --port 8641 --log-format json`,
    )
    .action(async (options: ServeOptions) => await serve(context, options));
}

async function serve(context: CliContext, { logFormat, port }: ServeOptions): Promise<void> {
  const { home, out, clock, rich, stop, keyFile, proxies = {} } = context;
  // Loaded here: fastify, Graph client and MSAL would take half of every other command's start time.
  const { startRelay } = await import('../node.ts');
  const stored = await loadSettings(home);
  const settings = port === undefined ? stored : checkSettings({ ...stored, listen: { ...stored.listen, port } });
  const log = createLog(logFormat ?? (rich ? 'text' : 'json'), out);
  const notice = await settingsNotice(home);
  if (notice !== undefined) log.warn({ event: 'settings.unknown', code: notice.code, message: notice.message });
  const relay = await startRelay({ home, settings, clock, log, keyFile, proxies });
  for (const warning of await settingWarnings(settings, clock.now())) log.warn({ event: 'relay.warning' }, warning);
  await welcome(context, relay, log);
  await aborted(stop);
  log.info({ event: 'relay.stopping', agents: relay.connected() });
  await relay.close();
  log.info({ event: 'relay.stopped' });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** While nobody is an operator at the console, somebody at this terminal can become the first. Logs get no link: others read them. */
async function welcome(context: CliContext, { store, url }: Relay, log: Logger): Promise<void> {
  const { clock, out, rich } = context;
  const { usersNow } = await import('../app/queries/users.ts');
  const { users } = await usersNow({ store, clock }, actorOf(context));
  if (users.length > 0) return;
  if (!rich) return log.info({ event: 'console.not-set-up' }, 'to set up the console: hallpass-relay sign-in link');
  const { makeSignInLink } = await import('../app/commands/sign-in-links.ts');
  const { secret, expiresAt } = await makeSignInLink({ store, clock }, actorOf(context));
  out.write(`Set up the console: ${url}/console/link#${secret}\n  (works once, until ${expiresAt})\n`);
}
