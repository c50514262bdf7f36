/** The relay's settings: one file in its state folder, written by `hallpass-relay configure` and checked as a whole. */
import { join } from 'node:path';
import { z } from 'zod';
import { DurableFile } from '../../shared/durable-file.ts';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { type SchemaMistake, schemaMistakes } from '../../shared/schema-reason.ts';
import { isLoopback } from '../../shared/trust.ts';
import { type Known, knownPart, namesOf, withUnknown } from '../../shared/unknown-keys.ts';

const path = z.string().min(1).max(4096);

const webAddress = z.url({
  protocol: /^https?$/,
  error: 'it must be an address with https:// (or http://), such as https://relay.example.org',
});

/** Letters, digits, dashes and dots (RFC 1123 §2.1), or an IP address with or without brackets. */
const hostName = z
  .string()
  .max(255, 'it must be at most 255 characters')
  .regex(/^(\[[0-9a-f:.]+\]|[0-9a-f]*:[0-9a-f:.]*(%\w+)?|[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?)$/i, {
    error: 'it must be an IP address or the name of this computer, such as 0.0.0.0 or relay.example.org',
  });

/** The address that agents and browsers connect to. */
const listenSchema = z
  .strictObject({
    host: hostName.default('127.0.0.1'),
    port: z.int().min(0).max(65_535).default(8640),
    /** PEM files of the server's own certificate (with its chain) and key. */
    certFile: path.optional(),
    keyFile: path.optional(),
    /** Addresses or networks (CIDR) of reverse proxies whose X-Forwarded-For is trusted. */
    trustedProxies: z
      .array(
        z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
          error: 'it must be an IP address or a network, such as 192.0.2.7 or 192.0.2.0/24',
        }),
      )
      .max(100)
      .optional(),
    /** True if those proxies use the PROXY protocol to pass on client addresses; then it is required. */
    proxyProtocol: z.boolean().default(false),
    /** The total number of concurrent connections … */
    maxConnections: z.int().min(10).max(1_000_000).default(20_000),
    /** … and the number per address (for IPv6: per /64), except trusted proxies. */
    maxConnectionsPerAddress: z.int().min(1).max(1_000_000).default(500),
    /** The address under which agents reach the relay when a proxy is in front of it. */
    publicUrl: webAddress.optional(),
  })
  .refine((listen) => (listen.certFile === undefined) === (listen.keyFile === undefined), {
    path: ['certFile'],
    error: 'give both certificate and key',
  })
  .refine((listen) => !listen.proxyProtocol || (listen.trustedProxies?.length ?? 0) > 0, {
    path: ['proxyProtocol'],
    error: 'name the proxies that speak it in trustedProxies',
  });

/** Hosts of Microsoft's own clouds, where the real limits apply whatever is set. */
const microsoftHosts =
  /(^|\.)(microsoft\.com|microsoft\.us|microsoftonline\.com|microsoftonline\.us|chinacloudapi\.cn)$/;

const graphSchema = z
  .strictObject({
    baseUrl: webAddress.default('https://graph.microsoft.com'),
    authority: webAddress.default('https://login.microsoftonline.com'),
    /** The application (client) id of the relay's multi-tenant app registration. */
    clientId: z.string().min(1).max(100).optional(),
    /** The app's certificate and private key, PEM … */
    certificateFile: path.optional(),
    keyFile: path.optional(),
    /** … or a file that holds its client secret. */
    secretFile: path.optional(),
    /** When the client secret ends, as the Entra admin center shows it: the relay cannot ask. */
    secretEnds: z.iso.date('it must be a date such as 2027-06-30').optional(),
    /**
     * The client id of a second registration, which only reads: districts can consent to it first. It has the same certificate …
     */
    readerClientId: z.string().min(1).max(100).optional(),
    /** … or a client secret of its own. */
    readerSecretFile: path.optional(),
    /** Private authority that signed the certificates of baseUrl and authority. */
    caFile: path.optional(),
    /** Factor on Graph's documented limits, for simulators that scale theirs by the same factor. */
    speed: z.number().min(1).max(10_000).default(1),
  })
  .superRefine((graph, context) => {
    const complain = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    const certificate = graph.certificateFile !== undefined;
    if (certificate !== (graph.keyFile !== undefined)) complain('certificateFile', 'give both certificate and key');
    if (certificate && graph.secretFile !== undefined) {
      complain('secretFile', 'give either a certificate with its key or a secret file');
    }
    if (graph.readerClientId !== undefined) {
      if (graph.readerClientId === graph.clientId)
        complain('readerClientId', 'it must be another registration than clientId');
      if (graph.secretFile !== undefined && graph.readerSecretFile === undefined) {
        complain('readerSecretFile', 'give it too: each registration has a secret of its own');
      }
    }
    for (const field of ['baseUrl', 'authority'] as const) {
      // An invalid address has already been reported.
      if (!URL.canParse(graph[field])) continue;
      const { protocol, hostname } = new URL(graph[field]);
      if (protocol !== 'https:' && !isLoopback(hostname)) {
        complain(field, `${graph[field]} has no encryption: it must begin with https://, except on this computer`);
      }
      if (graph.speed > 1 && microsoftHosts.test(hostname)) complain('speed', `${hostname} has its own limits`);
    }
  });

export const settingsSchema = z.strictObject({
  listen: listenSchema.prefault({}),
  graph: graphSchema.prefault({}),
  agents: z
    .strictObject({
      /** How often an agent looks for changes in PowerSchool, in seconds. */
      cycleSeconds: z.int().min(1).max(86_400).default(60),
    })
    .prefault({}),
  journal: z
    .strictObject({
      /** How many days the journal of runs is kept. */
      keepDays: z.int().min(1).max(36_500).default(400),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      /** Port on this computer for Prometheus; 0 for none. */
      port: z.int().min(0).max(65_535).default(0),
    })
    .prefault({}),
  alerts: z
    .strictObject({
      /** Hosts of alert channels that may lead to addresses of private networks or of this computer. */
      privateHosts: z.array(hostName).max(100).optional(),
      /** Private authority that signed the certificates of alert channels. */
      caFile: path.optional(),
    })
    .prefault({}),
  store: z
    .strictObject({
      /** A PostgreSQL database instead of the file in the state folder; its password stands in a file that the address names. */
      url: z
        .string()
        .max(2000)
        .regex(/^postgres(ql)?:\/\//, 'it must begin with postgres://')
        .optional(),
    })
    .prefault({}),
  secrets: z
    .strictObject({
      /** File with the key that seals secrets, if it is not kept in the state folder. */
      keyFile: path.optional(),
    })
    .prefault({}),
});

export type RelaySettings = z.infer<typeof settingsSchema>;

/** The relay's database in its state folder, unless the settings name a server. */
export function storeFile(home: string): string {
  return join(home, 'relay.db');
}

/** Where the relay's data is: for openStore(). */
export function storeAddress(home: string, { store }: RelaySettings): string {
  return store.url ?? storeFile(home);
}

/**
 * The stored settings, or the defaults if nothing is stored. @throws HallpassError RELAY_SETTING_INVALID,
 * STATE_UNREADABLE
 */
export async function loadSettings(home: string): Promise<RelaySettings> {
  return (await readSettings(home)).value;
}

/** STATE_KEYS_UNKNOWN when the file has settings of a newer version. @throws HallpassError as {@link loadSettings} */
export async function settingsNotice(home: string): Promise<HallpassError | undefined> {
  const { unknown } = await readSettings(home);
  if (unknown.length === 0) return undefined;
  return fail('STATE_KEYS_UNKNOWN', { file: settingsFile(home).path, keys: namesOf(unknown) });
}

/**
 * Checks the settings as a whole and replaces the stored ones; settings stored by a newer version stay.
 *
 * @throws HallpassError RELAY_SETTING_INVALID
 */
export async function saveSettings(home: string, settings: unknown): Promise<RelaySettings> {
  const checked = checkSettings(settings);
  const file = settingsFile(home);
  const before = knownPart(settingsSchema, (await file.read()) ?? {});
  await file.write(withUnknown<unknown>(checked, before instanceof z.ZodError ? [] : before.unknown));
  return checked;
}

/** @throws HallpassError RELAY_SETTING_INVALID, RELAY_SETTINGS_INVALID, naming every setting that is wrong */
export function checkSettings(settings: unknown): RelaySettings {
  const result = settingsSchema.safeParse(settings);
  if (result.success) return result.data;
  throw settingsRefused(schemaMistakes(result.error, settingsSchema, settings).map(asMistake));
}

async function readSettings(home: string): Promise<Known<RelaySettings>> {
  const stored = (await settingsFile(home).read()) ?? {};
  const known = knownPart(settingsSchema, stored);
  if (!(known instanceof z.ZodError)) return known;
  throw settingsRefused(schemaMistakes(known, settingsSchema, stored).map(asMistake));
}

export interface SettingMistake {
  setting: string;
  /** Without a period. */
  reason: string;
}

function asMistake({ path, reason }: SchemaMistake): SettingMistake {
  return { setting: path === '' ? 'document' : path, reason };
}

/** Nothing is stored: gives every reason at once. */
export function settingsRefused(mistakes: readonly SettingMistake[]): HallpassError {
  const [first, ...more] = mistakes;
  if (first !== undefined && more.length === 0) return fail('RELAY_SETTING_INVALID', { ...first });
  const lines = mistakes.map(({ setting, reason }) => `${setting}: ${reason}`);
  return fail('RELAY_SETTINGS_INVALID', { mistakes: `${lines.length} mistakes\n    ${lines.join('\n    ')}` });
}

/** The address to give to agents. `port` is the one that is really bound. */
export function publicUrl(settings: RelaySettings, port = settings.listen.port): string {
  const { host, certFile, publicUrl: given } = settings.listen;
  if (given !== undefined) return given.replace(/\/+$/, '');
  const name = host.includes(':') ? `[${host}]` : host;
  return `${certFile === undefined ? 'http' : 'https'}://${name}:${port}`;
}

// The file is read as plain JSON and checked afterward: a setting that an older version accepted must be named to the
// operator, not hidden behind "cannot be read" or silently replaced by the backup.
function settingsFile(home: string): DurableFile<unknown> {
  return new DurableFile(join(home, 'settings.json'), z.unknown());
}
