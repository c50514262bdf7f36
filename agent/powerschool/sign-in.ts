/**
 * The stored client id and secret, and the pause after PowerSchool has refused them. The pause is kept on disk so that
 * a service manager that restarts the agent over and over does not make it sign in over and over: a client that tried a
 * wrong password several times a second has taken a whole PowerSchool server down for two days.
 */
import { hash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { DurableFile } from '../../shared/durable-file.ts';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { removeState } from '../../shared/remove-state.ts';

export interface Credentials {
  clientId: string;
  clientSecret: string;
}

/** Minutes to wait after the first, second, third and every later refusal in a row. */
const pauseMinutes = [1, 5, 15, 60];

const refusalSchema = z.strictObject({
  /** Salted hash of what was refused: other credentials, or another server, are tried at once. */
  salt: z.string(),
  of: z.string(),
  times: z.int().min(1),
  /** Milliseconds since the epoch. */
  at: z.number(),
  detail: z.string(),
});
type Refusal = z.infer<typeof refusalSchema>;

export interface SignInOptions {
  /** PowerSchool's origin. */
  url: string;
  /** Reads the stored credentials, on every call. @throws HallpassError NOT_CONFIGURED, STATE_UNREADABLE */
  stored: () => Promise<Credentials>;
  /** Where refusals are remembered; undefined to keep them in this process only. */
  file: string | undefined;
  clock: Clock;
  /**
   * A person asks: the credentials are tried at once, a refusal does not lengthen the service's pause, and success ends
   * it.
   */
  byPerson?: boolean;
}

export class SignIn {
  readonly #options: SignInOptions;
  readonly #file: DurableFile<Refusal> | undefined;
  /** Replaces the file when there is none, or when it cannot be written. */
  #unsaved: Refusal | undefined;

  constructor(options: SignInOptions) {
    this.#options = options;
    this.#file =
      options.file === undefined ? undefined : new DurableFile(options.file, refusalSchema, { backup: false });
  }

  /** @throws HallpassError POWERSCHOOL_SECRET_REFUSED while they must not be tried; and as `stored` */
  async credentials(): Promise<Credentials> {
    const credentials = await this.#options.stored();
    if (this.#options.byPerson === true) return credentials;
    const refusal = await this.#refusalOf(credentials);
    const pauseMs = this.#leftOf(refusal);
    if (refusal !== undefined && pauseMs > 0) throw this.#error(refusal.detail, pauseMs);
    return credentials;
  }

  /**
   * What is left of the pause, in milliseconds; 0 when the credentials may be tried. @throws HallpassError as `stored`
   */
  async pauseMs(): Promise<number> {
    return this.#leftOf(await this.#refusalOf(await this.#options.stored()));
  }

  /** Records that PowerSchool has refused these credentials. @returns the error to throw */
  async refused(credentials: Credentials, detail: string): Promise<HallpassError> {
    if (this.#options.byPerson === true) return this.#error(detail, pauseAfter(1));
    const times = ((await this.#refusalOf(credentials))?.times ?? 0) + 1;
    const salt = randomBytes(16).toString('hex');
    const of = this.#fingerprint(salt, credentials);
    const refusal: Refusal = { salt, of, times, at: this.#options.clock.now(), detail };
    this.#unsaved = refusal;
    // A full disk must not make the agent sign in more often.
    await this.#file?.write(refusal).then(
      () => {
        this.#unsaved = undefined;
      },
      () => undefined,
    );
    return this.#error(detail, pauseAfter(times));
  }

  async accepted(): Promise<void> {
    this.#unsaved = undefined;
    if (this.#options.file !== undefined) await removeState(this.#options.file);
  }

  async #refusalOf(credentials: Credentials): Promise<Refusal | undefined> {
    const refusal = this.#unsaved ?? (await this.#file?.read().catch(() => null)) ?? undefined;
    return refusal?.of === this.#fingerprint(refusal?.salt ?? '', credentials) ? refusal : undefined;
  }

  /** A clock that was set back must not lengthen the pause. */
  #leftOf(refusal: Refusal | undefined): number {
    if (refusal === undefined) return 0;
    const pauseMs = pauseAfter(refusal.times);
    return Math.max(0, Math.min(pauseMs, refusal.at + pauseMs - this.#options.clock.now()));
  }

  #fingerprint(salt: string, { clientId, clientSecret }: Credentials): string {
    return hash('sha256', JSON.stringify([salt, this.#options.url, clientId, clientSecret]), 'hex').slice(0, 32);
  }

  #error(detail: string, pauseMs: number): HallpassError {
    const details = { url: this.#options.url, detail, minutes: Math.ceil(pauseMs / 60_000) };
    return fail('POWERSCHOOL_SECRET_REFUSED', details, { retryAfterMs: pauseMs });
  }
}

function pauseAfter(times: number): number {
  return 60_000 * (pauseMinutes[Math.min(times, pauseMinutes.length) - 1] ?? 60);
}
