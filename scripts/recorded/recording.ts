/** A recording of an earlier version, as tests read it. Made by record.ts; never edited. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Crossing } from './line.ts';

export interface About {
  version: string;
  commit: string;
  recordedAt: string;
  district: string;
}

export interface ApiAnswer {
  status: number;
  body: unknown;
}

export class Recording {
  readonly about: About;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.about = this.#json('about.json') as About;
  }

  /** Every version that was recorded. */
  static all(): Recording[] {
    const here = import.meta.dirname;
    return readdirSync(here)
      .filter((name) => existsSync(join(here, name, 'about.json')))
      .map((name) => new Recording(join(here, name)));
  }

  traffic(): Crossing[] {
    const lines = gunzipSync(this.#bytes('link/traffic.jsonl.gz')).toString('utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line));
  }

  /** JSON Schema of what this version's agents sent, or its relays did. */
  messageSchema(side: 'agent' | 'relay'): object {
    return this.#json(`link/${side}-messages.schema.json`) as object;
  }

  /** By path of the API, after the district's. */
  answers(): Record<string, ApiAnswer> {
    return JSON.parse(gunzipSync(this.#bytes('api/answers.json.gz')).toString('utf8'));
  }

  /** By file name. */
  profiles(): Record<string, unknown> {
    const names = readdirSync(join(this.#folder, 'profiles'));
    return Object.fromEntries(names.map((name) => [name, this.#json(`profiles/${name}`)]));
  }

  /** The agent's state folder, when agent and relay were in step. @returns `folder` */
  agentFolder(folder: string): string {
    cpSync(join(this.#folder, 'agent'), folder, { recursive: true });
    return folder;
  }

  /** The relay's state folder, at the end of the recording. @returns `folder` */
  relayFolder(folder: string): string {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'relay.db'), gunzipSync(this.#bytes('relay/relay.db.gz')), { mode: 0o600 });
    for (const name of ['settings.json', 'secret.key']) {
      writeFileSync(join(folder, name), this.#bytes(`relay/${name}`), { mode: 0o600 });
    }
    return folder;
  }

  #bytes(name: string): Buffer {
    return readFileSync(join(this.#folder, name));
  }

  #json(name: string): unknown {
    return JSON.parse(this.#bytes(name).toString('utf8'));
  }
}
