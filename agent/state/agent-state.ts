/** Settings, identity, secret and health on disk, and in memory while the agent runs. */
import { access, rename, stat } from 'node:fs/promises';
import { Low } from 'lowdb';
import { z } from 'zod';
import { DurableFile } from '../../shared/durable-file.ts';
import { fail, type HallpassError, isSystemError } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import { leftOutSchema } from '../../shared/left-out.ts';
import { removeState } from '../../shared/remove-state.ts';
import { kinds } from '../../shared/roster.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { type ProxySignIn, proxySignInSchema } from '../network/proxy.ts';
import type { Credentials } from '../powerschool/sign-in.ts';
import { powerschoolSettings, type Settings, settingsSchema } from '../settings/settings.ts';
import { type Identity, identitySchema } from '../uplink/identity.ts';
import { statePaths } from './folder.ts';

const problemSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  action: z.string(),
  /** When it first occurred. */
  since: z.iso.datetime().optional(),
});
export type LastingProblem = z.infer<typeof problemSchema>;

/** The state of the connection to the relay, as a running agent last saw it. */
const linkSchema = z.strictObject({
  connected: z.boolean(),
  since: z.iso.datetime(),
  problem: problemSchema.optional(),
});
export type LinkHealth = z.infer<typeof linkSchema>;

/** What `status` reports about the last cycles. No personal data. */
const healthSchema = z.strictObject({
  /** When PowerSchool was last probed completely and everything found was acknowledged. */
  lastCheckAt: z.iso.datetime().optional(),
  /** The last cycle that sent something. */
  lastCycle: z
    .strictObject({
      at: z.iso.datetime(),
      seconds: z.number(),
      upserts: z.int(),
      deletes: z.int(),
    })
    .optional(),
  /** How PowerSchool was last read. */
  source: z.enum(['powerquery', 'rest']).optional(),
  /** Records per kind that the relay has acknowledged. */
  records: z.partialRecord(z.enum(kinds), z.int()).optional(),
  problem: problemSchema.optional(),
  /** PowerSchool rows that cannot become records. */
  leftOut: leftOutSchema.optional(),
});
export type Health = z.infer<typeof healthSchema>;

/** When an administrator paused the agent. Empty, not null, when it may work: lowdb cannot write null. */
const pauseSchema = z.strictObject({ since: z.iso.datetime().optional() });

/** Problems that end with the enrollment that they are about. */
const ofEnrollment: ReadonlySet<string> = new Set(['AGENT_UNKNOWN', 'AGENT_REPLACED', 'SOURCE_OTHER', 'NOT_ENROLLED']);

export class AgentState {
  readonly folder: string;
  readonly paths: ReturnType<typeof statePaths>;
  readonly #settings: Low<Settings>;
  readonly #identity: Low<Identity | null>;
  readonly #secret: Low<string | null>;
  readonly #proxySignIn: Low<ProxySignIn | null>;
  readonly #health: Low<Health>;
  readonly #pause: Low<z.infer<typeof pauseSchema>>;
  readonly #link: Low<LinkHealth | null>;
  #pauseLost: HallpassError | undefined;
  #linkWritten: Promise<void> = Promise.resolve();

  readonly #identityFile: DurableFile<Identity | null>;
  readonly #copied: readonly { path: string; broken: string | undefined }[];
  readonly #files: readonly { unknownKeys: HallpassError | undefined }[];

  private constructor(folder: string) {
    this.folder = folder;
    this.paths = statePaths(folder);
    const settings = new DurableFile(this.paths.settings, settingsSchema);
    const identity = new DurableFile(this.paths.identity, identitySchema.nullable());
    const proxySignIn = new DurableFile(this.paths.proxySignIn, proxySignInSchema.nullable());
    const health = new DurableFile(this.paths.health, healthSchema, { backup: false });
    const pause = new DurableFile(this.paths.pause, pauseSchema, { backup: false });
    this.#identityFile = identity;
    this.#files = [settings, identity, proxySignIn, health, pause];
    this.#copied = [settings, identity];
    this.#settings = new Low(settings, settingsSchema.parse({}));
    this.#identity = new Low(identity, null);
    // Keeps no copy: a secret may have been changed because someone else knows it.
    this.#secret = new Low(new DurableFile(this.paths.secret, z.string().min(1).nullable(), { backup: false }), null);
    this.#proxySignIn = new Low(proxySignIn, null);
    this.#health = new Low(health, {});
    this.#pause = new Low(pause, {});
    this.#link = new Low(new DurableFile(this.paths.link, linkSchema.nullable(), { backup: false }), null);
  }

  /** @throws HallpassError STATE_FOLDER_UNUSABLE, STATE_UNREADABLE, STATE_BUSY */
  static async open(folder: string): Promise<AgentState> {
    await refuseFile(folder);
    const state = new AgentState(folder);
    await state.#settings.read();
    await state.#identity.read();
    await state.#secret.read();
    await state.#proxySignIn.read();
    await state.#readPause();
    // The last cycles' results are only for people: not worth refusing to start for.
    await state.#health.read().catch(() => undefined);
    await state.#link.read().catch(() => undefined);
    return state;
  }

  /** An unreadable pause counts as none: the page shows it, and an administrator can press Pause again. */
  async #readPause(): Promise<void> {
    await this.#pause.read().catch((error: unknown) => {
      const known = toHallpassError(error);
      // Another program holds the file open, and it may well contain a pause.
      if (known.code === 'STATE_BUSY') throw known;
      this.#pauseLost = known;
    });
  }

  /**
   * Rewrites files whose copy or default was used, so that this is reported once. A broken file is kept as `.broken`,
   * because someone may have edited it.
   *
   * @returns what to report: STATE_COPY_USED, STATE_PAUSE_LOST
   */
  async heal(): Promise<HallpassError[]> {
    const reported = this.copyUsed === undefined ? [] : [this.copyUsed];
    const files = [
      { path: this.paths.settings, broken: this.#copied[0]?.broken, write: () => this.#settings.write() },
      { path: this.paths.identity, broken: this.#copied[1]?.broken, write: () => this.#identity.write() },
    ];
    for (const { path, broken, write } of files) {
      if (broken === undefined) continue;
      await rename(path, `${path}.broken`).catch(() => undefined);
      await write();
    }
    if (this.#pauseLost === undefined) return reported;
    reported.push(fail('STATE_PAUSE_LOST', { file: this.paths.pause }));
    await this.#pause.write();
    this.#pauseLost = undefined;
    return reported;
  }

  get settings(): Settings {
    return this.#settings.data;
  }

  get identity(): Identity | null {
    return this.#identity.data;
  }

  get secret(): string | null {
    return this.#secret.data;
  }

  /** User name and password for the proxy in the settings. */
  get proxySignIn(): ProxySignIn | null {
    return this.#proxySignIn.data;
  }

  get health(): Health {
    return this.#health.data;
  }

  /** Null until an agent has run. */
  get link(): LinkHealth | null {
    return this.#link.data;
  }

  /** A broken file whose last good copy was read instead: STATE_COPY_USED. */
  get copyUsed(): HallpassError | undefined {
    for (const { path: file, broken: reason } of this.#copied) {
      if (reason !== undefined) return fail('STATE_COPY_USED', { file, reason });
    }
    return undefined;
  }

  /** What a person should know about the files although nothing fails: STATE_COPY_USED, STATE_KEYS_UNKNOWN. */
  get notices(): HallpassError[] {
    return [this.copyUsed, ...this.unknownKeys].filter((one) => one !== undefined);
  }

  /** STATE_KEYS_UNKNOWN for each file into which a newer version has written more. */
  get unknownKeys(): HallpassError[] {
    return this.#files.map(({ unknownKeys }) => unknownKeys).filter((one) => one !== undefined);
  }

  /** When the agent was paused (ISO 8601, UTC); undefined when it is not. */
  get pausedSince(): string | undefined {
    return this.#pause.data.since;
  }

  /**
   * The client id and secret as they are on disk now: they may change while the agent runs.
   *
   * @throws HallpassError NOT_CONFIGURED, STATE_UNREADABLE
   */
  async credentials(): Promise<Credentials> {
    await this.#secret.read();
    const settings = (await new DurableFile(this.paths.settings, settingsSchema).read()) ?? this.settings;
    const { clientId, clientSecret } = powerschoolSettings(settings, this.secret);
    return { clientId, clientSecret };
  }

  async saveSettings(settings: Settings): Promise<void> {
    this.#settings.data = settings;
    await this.#settings.write();
  }

  async saveIdentity(identity: Identity): Promise<void> {
    const isOther = identity.agentId !== this.identity?.agentId;
    // Another agent's keys must not stay in this one's file.
    if (isOther) this.#identityFile.forgetUnknownKeys();
    this.#identity.data = identity;
    await this.#identity.write();
    const { problem, ...health } = this.health;
    if (isOther && problem !== undefined && ofEnrollment.has(problem.code)) await this.saveHealth(health);
  }

  async saveSecret(secret: string): Promise<void> {
    this.#secret.data = secret;
    await this.#secret.write();
  }

  /** Null removes it, including the last good copy. */
  async saveProxySignIn(signIn: ProxySignIn | null): Promise<void> {
    this.#proxySignIn.data = signIn;
    if (signIn !== null) return this.#proxySignIn.write();
    for (const file of [this.paths.proxySignIn, `${this.paths.proxySignIn}.bak`]) await removeState(file);
  }

  async saveHealth(health: Health): Promise<void> {
    this.#health.data = health;
    await this.#health.write();
  }

  /** One write after the other: a connection may open and break in the same moment. */
  async saveLink(link: LinkHealth): Promise<void> {
    this.#link.data = link;
    this.#linkWritten = this.#linkWritten.then(() => this.#link.write()).catch(() => undefined);
    await this.#linkWritten;
  }

  /** Settles when no write of the connection's state is pending: nobody waits for {@link saveLink}. */
  get linkSaved(): Promise<void> {
    return this.#linkWritten;
  }

  async savePause(since: string | undefined): Promise<void> {
    this.#pause.data = since === undefined ? {} : { since };
    await this.#pause.write();
  }

  /** Writes everything again if the folder disappeared under a running agent; returns true if it had. */
  async restoreIfGone(): Promise<boolean> {
    const there = await access(this.paths.identity).then(
      () => true,
      () => false,
    );
    if (there || this.identity === null) return false;
    await this.#settings.write();
    await this.#identity.write();
    if (this.secret !== null) await this.#secret.write();
    if (this.proxySignIn !== null) await this.#proxySignIn.write();
    if (this.pausedSince !== undefined) await this.#pause.write();
    return true;
  }
}

/** Otherwise the first file in it would be reported as broken. @throws HallpassError STATE_FOLDER_UNUSABLE */
async function refuseFile(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => {
    // A missing folder is created; access errors are reported for its files.
    if (isSystemError(error, 'ENOTDIR')) throw fail('STATE_FOLDER_UNUSABLE', { folder, reason: fileReason(error) });
    return undefined;
  });
  if (found === undefined || found.isDirectory()) return;
  throw fail('STATE_FOLDER_UNUSABLE', { folder, reason: 'it is a file and not a folder' });
}
