import { resolve } from 'node:path';
import type { Command } from 'commander';
import { filePath } from '../../shared/command-words.ts';
import { changeSettings } from '../app/commands/settings.ts';
import { settingsNow } from '../app/queries/settings.ts';
import { type RelaySettings, settingsNotice } from '../settings/settings.ts';
import { actorOf, type CliContext, type Noted, noted, printJson } from './context.ts';
import { connectionCount, connectionsPerAddress, days, factor, portNumber, seconds } from './numbers.ts';

interface ConfigureOptions extends Noted {
  host?: string;
  port?: number;
  tlsCert?: string;
  tlsKey?: string;
  trustedProxy?: string[];
  proxyProtocol?: boolean;
  maxConnections?: number;
  maxConnectionsPerAddress?: number;
  publicUrl?: string;
  graphUrl?: string;
  graphAuthority?: string;
  graphCa?: string;
  graphSpeed?: number;
  clientId?: string;
  clientCert?: string;
  clientKey?: string;
  clientSecretFile?: string;
  clientSecretEnds?: string;
  readerClientId?: string;
  readerSecretFile?: string;
  alertPrivateHost?: string[];
  alertCa?: string;
  cycleSeconds?: number;
  keepDays?: number;
  metricsPort?: number;
  keyFile?: string;
  storeUrl?: string;
  storeFile?: boolean;
}

/** Changes the named settings and keeps the others; without options it shows them. Secrets are given as files. */
export function configureCommand(command: Command, context: CliContext): void {
  noted(command)
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'port to listen on', portNumber)
    .option('--tls-cert <file>', "the server's certificate with its chain, PEM", filePath)
    .option('--tls-key <file>', 'its private key, PEM', filePath)
    .option('--trusted-proxy <address...>', 'trust X-Forwarded-For from these proxies (addresses or networks)')
    .option('--proxy-protocol', 'expect the PROXY protocol (1 or 2) from the trusted proxies')
    .option('--no-proxy-protocol', 'expect no PROXY protocol')
    .option('--max-connections <number>', 'at most this many simultaneous connections in total', connectionCount)
    .option(
      '--max-connections-per-address <number>',
      'at most this many simultaneous connections from one address',
      connectionsPerAddress,
    )
    .option('--public-url <url>', 'address at which agents reach the relay, if a proxy stands in front of it')
    .option('--client-id <id>', "client id of the relay's app registration")
    .option('--client-cert <file>', "the app's certificate, PEM", filePath)
    .option('--client-key <file>', 'its private key, PEM', filePath)
    .option('--client-secret-file <file>', "file with the app's client secret, instead of a certificate", filePath)
    .option('--client-secret-ends <date>', 'when that secret ends, to be told a month before, e.g. 2027-06-30')
    .option('--reader-client-id <id>', 'client id of a second registration that only reads, to be consented to first')
    .option('--reader-secret-file <file>', 'file with its client secret, unless it has the same certificate', filePath)
    .option('--graph-url <url>', 'Microsoft Graph of a national cloud or a simulator')
    .option('--graph-authority <url>', 'its sign-in address')
    .option('--graph-ca <file>', 'private certificate authority of both, PEM or DER', filePath)
    .option('--graph-speed <factor>', "factor on Graph's limits, for a simulator", factor)
    .option('--cycle-seconds <number>', 'how often agents look for changes', seconds)
    .option('--keep-days <number>', 'how many days to keep the journal of runs', days)
    .option(
      '--alert-private-host <host...>',
      'let alert channels reach these hosts, although their addresses are private',
    )
    .option('--alert-ca <file>', 'private certificate authority of alert channels, PEM or DER', filePath)
    .option('--metrics-port <number>', 'serve metrics for Prometheus on 127.0.0.1 (0: do not)', portNumber)
    .option('--store-url <url>', 'keep the data in PostgreSQL: postgres://USER@HOST/DATABASE?passwordfile=FILE')
    .option('--store-file', 'keep the data in a file of the state folder again')
    .option('--key-file <file>', 'file with the key that seals secrets (default: in the state folder)', filePath)
    .addHelpText(
      'after',
      `
Examples:
  hallpass-relay configure
  hallpass-relay configure --client-id GUID --client-cert app.pem --client-key app.key
  hallpass-relay configure --host 0.0.0.0 --port 443 --tls-cert relay.pem --tls-key relay.key`,
    )
    .action(async ({ note, by, ...options }: ConfigureOptions) => {
      const notice = await settingsNotice(context.home);
      if (notice !== undefined) context.err.write(`${notice.message}\n  → ${notice.action}\n`);
      const actor = actorOf(context, { ...(note !== undefined && { note }), ...(by !== undefined && { by }) });
      if (Object.keys(options).length === 0) return printJson(context, await settingsNow(context, actor));
      const { after, warnings } = await changeSettings(context, actor, (settings) => apply(settings, options));
      printJson(context, after);
      // Not on stdout, which programs read.
      for (const warning of warnings) context.err.write(`Warning: ${warning}.\n`);
    });
}

/** A certificate replaces a secret, and vice versa. */
function apply(before: RelaySettings, given: Omit<ConfigureOptions, keyof Noted>): unknown {
  const { certificateFile, keyFile, secretFile, ...graph } = before.graph;
  const credential = {
    ...(given.clientSecretFile === undefined ? { certificateFile, keyFile } : {}),
    ...(given.clientCert === undefined && given.clientKey === undefined ? { secretFile } : {}),
  };
  return withoutUndefined({
    listen: {
      ...before.listen,
      ...withoutUndefined({
        host: given.host,
        port: given.port,
        certFile: absolute(given.tlsCert),
        keyFile: absolute(given.tlsKey),
        trustedProxies: given.trustedProxy,
        proxyProtocol: given.proxyProtocol,
        maxConnections: given.maxConnections,
        maxConnectionsPerAddress: given.maxConnectionsPerAddress,
        publicUrl: given.publicUrl,
      }),
    },
    graph: {
      ...graph,
      ...withoutUndefined(credential),
      ...withoutUndefined({
        baseUrl: given.graphUrl,
        authority: given.graphAuthority,
        caFile: absolute(given.graphCa),
        speed: given.graphSpeed,
        clientId: given.clientId,
        certificateFile: absolute(given.clientCert),
        keyFile: absolute(given.clientKey),
        secretFile: absolute(given.clientSecretFile),
        secretEnds: given.clientSecretEnds,
        readerClientId: given.readerClientId,
        readerSecretFile: absolute(given.readerSecretFile),
      }),
    },
    journal: { ...before.journal, ...withoutUndefined({ keepDays: given.keepDays }) },
    metrics: { ...before.metrics, ...withoutUndefined({ port: given.metricsPort }) },
    alerts: {
      ...before.alerts,
      ...withoutUndefined({ privateHosts: given.alertPrivateHost, caFile: absolute(given.alertCa) }),
    },
    secrets: { ...before.secrets, ...withoutUndefined({ keyFile: absolute(given.keyFile) }) },
    store: given.storeFile === true ? {} : { ...before.store, ...withoutUndefined({ url: given.storeUrl }) },
    agents: { ...before.agents, ...withoutUndefined({ cycleSeconds: given.cycleSeconds }) },
  });
}

function absolute(file: string | undefined): string | undefined {
  return file === undefined ? undefined : resolve(file);
}

function withoutUndefined(values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
