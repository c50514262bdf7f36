/** The agent's settings as stored in settings.json, and the complete forms that commands need. */
import { z } from 'zod';
import { fail } from '../../shared/errors.ts';
import { type QuietWindow, quietSchema } from '../../shared/quiet.ts';
import { schemaReason } from '../../shared/schema-reason.ts';
import { noProxy, powerschoolAddress, proxyAddress, relayAddress } from '../model/addresses.ts';
import type { HttpProxy } from '../network/proxy.ts';

const text = z.string().min(1).max(1000);

export const settingsSchema = z.strictObject({
  /** The name under which the relay's operator sees this agent; the host name when absent. */
  name: text.max(200).optional(),
  powerschool: z
    .strictObject({
      url: text.optional(),
      clientId: text.optional(),
      /** Absolute path of a certificate file, PEM or DER. */
      caFile: text.optional(),
      /** Whether to read the plugin's queries or `/ws/v1`; `auto` uses what the plugin has. */
      source: z.enum(['auto', 'powerquery', 'rest']).default('auto'),
      /** Pause between two requests; PowerSchool has a setting of the same name. */
      minIntervalMs: z.int().min(0).max(60_000).default(0),
      /** Rows per request. */
      pageSize: z.int().min(10).max(20_000).default(500),
      /**
       * The largest share of the time in which PowerSchool is kept busy while nothing changes: with 0.02 the next probe
       * waits 50 times the last one's duration. When `/ws/v1` is read, half of it is for probes and half for readings.
       */
      databaseShare: z.number().min(0.001).max(1).default(0.02),
      /** A school year counts as current this many days before its first day. */
      horizonDays: z.int().min(0).max(366).default(0),
    })
    .prefault({}),
  relay: z.strictObject({ url: text.optional(), caFile: text.optional() }).prefault({}),
  /** If absent here, taken from the environment (https_proxy, no_proxy). */
  proxy: z
    .strictObject({
      /** Address without user name and password, or `none`: no proxy, whatever the environment says. */
      url: text.optional(),
      /** Absolute path of a certificate file, PEM or DER, for a proxy whose address begins with https:. */
      caFile: text.optional(),
      /** Names, addresses and subnets that are reached directly. */
      bypass: z.array(text).max(200).optional(),
      /** PowerSchool is usually in the agent's own network, where a proxy does not help. */
      for: z.enum(['relay', 'powerschool', 'both']).default('relay'),
    })
    .prefault({}),
  /** Seconds from one cycle to the next; the relay's schedule when absent. */
  cycle: z.strictObject({ seconds: z.int().min(1).max(86_400).optional() }).prefault({}),
  /** The agent starts no cycle by itself in these hours, in the district's time zone. */
  quiet: quietSchema.default([]),
  /** The local page on 127.0.0.1; port 0 for any free port. */
  page: z
    .strictObject({ enabled: z.boolean().default(true), port: z.int().min(0).max(65_535).default(8650) })
    .prefault({}),
  /** Log files: `file` (absolute; in the state folder when absent), with the older ones beside it. */
  log: z
    .strictObject({
      file: text.optional(),
      /** The number of files, the newest included; 0 for no log. */
      files: z.int().min(0).max(50).default(5),
      fileMB: z.number().min(0.01).max(1000).default(5),
    })
    .prefault({}),
});
export type Settings = z.infer<typeof settingsSchema>;

/** The changes that `configure` makes: dotted names to values; null resets a setting to its default. */
export type SettingChanges = Record<string, string | number | boolean | string[] | QuietWindow[] | null | undefined>;

/**
 * Applies changes to the settings; the result is valid as a whole or refused.
 *
 * @throws HallpassError SETTING_INVALID, POWERSCHOOL_ADDRESS_INSECURE, RELAY_ADDRESS_INSECURE
 */
export function changeSettings(settings: Settings, changes: SettingChanges): Settings {
  const draft: Record<string, unknown> = structuredClone(settings);
  for (const [name, change] of Object.entries(changes)) {
    if (change === undefined) continue;
    const value = change ?? undefined;
    const [first = '', second] = name.split('.');
    if (second === undefined) draft[first] = value;
    else draft[first] = { ...(draft[first] as object), [second]: value };
  }
  const result = settingsSchema.safeParse(draft);
  if (!result.success) {
    const { path: setting, reason } = schemaReason(result.error);
    throw fail('SETTING_INVALID', { setting, reason });
  }
  if (result.data.powerschool.url !== undefined) powerschoolAddress(result.data.powerschool.url);
  if (result.data.relay.url !== undefined) relayAddress(result.data.relay.url);
  const { proxy } = result.data;
  if (proxy.url !== undefined && proxy.url !== noProxy) proxyAddress(proxy.url, 'proxy.url');
  return result.data;
}

/** What reading PowerSchool needs, complete. */
export interface PowerSchoolSettings {
  origin: URL;
  clientId: string;
  clientSecret: string;
  caFile: string | undefined;
  /** None, or the proxy that `openProxy` found. */
  proxy?: HttpProxy | undefined;
  minIntervalMs: number;
  pageSize: number;
  horizonDays: number;
}

/** The same, plus the settings for how it is read. */
export interface SourceSettings extends PowerSchoolSettings {
  source: Settings['powerschool']['source'];
  databaseShare: number;
}

/** @throws HallpassError NOT_CONFIGURED, naming the first setting that is missing */
export function powerschoolSettings(settings: Settings, clientSecret: string | null): SourceSettings {
  const { url, clientId, ...rest } = settings.powerschool;
  const command = 'configure';
  if (url === undefined) throw fail('NOT_CONFIGURED', { setting: 'PowerSchool address (--powerschool-url)', command });
  if (clientId === undefined) throw fail('NOT_CONFIGURED', { setting: 'client id (--powerschool-client-id)', command });
  if (clientSecret === null)
    throw fail('NOT_CONFIGURED', { setting: 'client secret (--powerschool-secret-file)', command });
  return { ...rest, origin: powerschoolAddress(url), clientId, clientSecret, caFile: rest.caFile };
}
