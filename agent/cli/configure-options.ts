/** The options of `hallpass-agent configure`: one for each setting. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { filePath as path } from '../../shared/command-words.ts';
import { bypassEntries, isBypassEntry } from '../../shared/proxy-bypass.ts';
import { parseQuietWindow, type QuietWindow } from '../../shared/quiet.ts';
import { decimal, integer } from './arguments.ts';

export function addConfigureOptions(command: Command): Command {
  return command
    .option('--powerschool-url <url>', 'address of the PowerSchool server, without a path')
    .option('--powerschool-client-id <id>', "client id from the plugin's Data Provider Configuration page")
    .addOption(
      new Option('--powerschool-secret-file <file>', 'read the client secret from this file').conflicts(
        'powerschoolSecretStdin',
      ),
    )
    .option('--powerschool-secret-stdin', 'read the client secret from standard input, or ask for it on a terminal')
    .option(
      '--powerschool-ca <file>',
      "certificate file (PEM or DER) of the authority that issued PowerSchool's certificate",
      path,
    )
    .addOption(
      new Option(
        '--powerschool-source <way>',
        "read the plugin's queries or /ws/v1 (default auto: whichever the plugin has)",
      ).choices(['auto', 'powerquery', 'rest']),
    )
    .option('--powerschool-min-interval <ms>', 'pause between two requests (default 0)', integer)
    .option('--page-size <rows>', 'rows per request (default 500)', integer)
    .option(
      '--database-share <share>',
      "largest share of PowerSchool's time that probes may take (default 0.02)",
      decimal,
    )
    .option('--horizon-days <days>', 'how many days before its first day a school year counts as current', integer)
    .option('--relay-url <url>', 'address of the relay; "enroll" sets it')
    .option(
      '--relay-ca <file>',
      "certificate file (PEM or DER) of the authority that issued the relay's certificate",
      path,
    )
    .option(
      '--proxy <url>',
      "proxy for the connection to the relay; 'none', or 'environment' for https_proxy (default)",
    )
    .addOption(
      new Option('--proxy-credentials-file <file>', 'read user:password for the proxy from this file').conflicts(
        'proxyCredentialsStdin',
      ),
    )
    .addOption(
      new Option('--proxy-credentials-stdin', 'read user:password from standard input, or ask on a terminal').conflicts(
        'powerschoolSecretStdin',
      ),
    )
    .option(
      '--proxy-ca <file>',
      'certificate file (PEM or DER) of the authority that issued the certificate of an https:// proxy',
      path,
    )
    .option('--proxy-bypass <hosts>', 'names, addresses and subnets to reach directly, separated by commas', bypassList)
    .addOption(
      new Option('--proxy-for <server>', 'which server to reach through the proxy (default: relay)').choices([
        'relay',
        'powerschool',
        'both',
      ]),
    )
    .option('--cycle-seconds <seconds>', "time between two cycles (default: the relay's schedule)", integer)
    .option('--name <name>', "name by which the relay's operator knows this agent (default: the host name)")
    .addOption(
      new Option(
        '--quiet-hours <from-to>',
        'do not read PowerSchool then, such as 21:00-06:00 in its time zone (repeatable; "none" to remove them)',
      ).argParser(quietHours),
    )
    .option('--page-port <port>', 'port of the local page on 127.0.0.1 (default 8650)', integer)
    .option('--no-page', 'turn the local page off')
    .option('--page', 'turn the local page on (default)')
    .option('--log-file <file>', 'where to write log files (default: in the state folder)', path)
    .option('--log-files <count>', 'how many log files to keep, 0 for none (default 5)', integer)
    .option('--log-file-mb <size>', 'size in MB at which a new log file starts (default 5)', decimal);
}

function bypassList(value: string): string[] {
  const entries = bypassEntries(value);
  const wrong = entries.find((entry) => !isBypassEntry(entry));
  if (wrong === undefined) return entries;
  throw new InvalidArgumentError(`"${wrong}" is no name like example.org, address, subnet like 10.0.0.0/8, or *.`);
}

function quietHours(value: string, earlier: QuietWindow[] = []): QuietWindow[] {
  if (value === 'none') return [];
  const window = parseQuietWindow(value);
  if (window === undefined) throw new InvalidArgumentError('It must be two times of day like 21:00-06:00, or none.');
  return [...earlier, window];
}
