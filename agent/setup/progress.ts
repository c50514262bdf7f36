/** What setup has done, as far as settings and identity do not show it: setup continues where it stopped. */
import { Low } from 'lowdb';
import { z } from 'zod';
import { DurableFile } from '../../shared/durable-file.ts';
import { removeState } from '../../shared/remove-state.ts';

const progressSchema = z.strictObject({
  /** The address at which PowerSchool was found. */
  powerschool: z.string().optional(),
  /** The plugin that was written. */
  plugin: z.strictObject({ file: z.string(), version: z.string() }).optional(),
  /** True when the service is installed or not wanted. */
  service: z.boolean().optional(),
});
export type Done = z.infer<typeof progressSchema>;

export class Progress {
  readonly #path: string;
  readonly #db: Low<Done>;

  constructor(path: string) {
    this.#path = path;
    this.#db = new Low(new DurableFile(path, progressSchema, { backup: false }), {});
  }

  /** A missing or broken file restarts setup from the beginning, which only repeats questions. */
  async load(): Promise<void> {
    await this.#db.read().catch(() => undefined);
  }

  get done(): Done {
    return this.#db.data;
  }

  /** @throws HallpassError STATE_UNWRITABLE */
  async note(done: Done): Promise<void> {
    this.#db.data = { ...this.#db.data, ...done };
    await this.#db.write();
  }

  async forget(): Promise<void> {
    this.#db.data = {};
    await removeState(this.#path);
  }
}
