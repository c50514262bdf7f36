/** Trusted proxies that do not say where requests come from; kept in the state folder for the commands that show them. */
import { join } from 'node:path';
import { z } from 'zod';
import { DurableFile } from '../../../shared/durable-file.ts';

/** More than any relay has; the oldest are dropped. */
const mostListed = 20;

const silentSchema = z.array(z.object({ proxy: z.string(), since: z.iso.datetime() })).max(mostListed);
export type SilentProxy = z.infer<typeof silentSchema>[number];

export function silentProxiesFile(home: string): DurableFile<SilentProxy[]> {
  return new DurableFile(join(home, 'silent-proxies.json'), silentSchema, { backup: false });
}

/** Those of the relay's last run; none if the file cannot be read. */
export async function silentProxies(home: string): Promise<SilentProxy[]> {
  const read = silentProxiesFile(home).read();
  return (await read.catch(() => null)) ?? [];
}

/** Only informational: a failed write is ignored. */
export class SilentProxies {
  readonly #file: DurableFile<SilentProxy[]>;
  #known: SilentProxy[] = [];
  #writing: Promise<void>;

  /** Clears what an earlier process saw: settings may have changed. */
  constructor(home: string) {
    this.#file = silentProxiesFile(home);
    this.#writing = this.#write();
  }

  /** @returns true when it is news */
  add(proxy: string, nowMs: number): boolean {
    if (this.#known.some((known) => known.proxy === proxy)) return false;
    this.#known = [...this.#known, { proxy, since: new Date(nowMs).toISOString() }].slice(-mostListed);
    this.#writing = this.#write();
    return true;
  }

  /** Resolves when everything is written. */
  get written(): Promise<void> {
    return this.#writing;
  }

  async #write(): Promise<void> {
    const known = this.#known;
    await this.#writing;
    await this.#file.write(known).catch(() => undefined);
  }
}
