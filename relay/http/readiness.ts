/**
 * `/healthz`: the process answers. `/readyz`: the relay can work, because the database accepts writes and no shutdown is
 * in progress.
 */
import { statfs } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../shared/clock.ts';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { hallpassVersion } from '../../shared/version.ts';
import { proveWritable } from '../app/commands/prove-writable.ts';
import { pulseTrouble } from '../notify/pulse.ts';
import type { Store } from '../store/store.ts';
import { problemDetails } from './problem-details.ts';

/** How long an answer is reused, milliseconds: each check writes to the disk, and anybody may ask. */
const holdsMs = 2000;
/** With less free space, a district's first roster or the database's log may not fit. */
const leastFreeBytes = 32 << 20;

export interface ReadinessOptions {
  store: Store;
  /** The state folder. */
  home: string;
  clock: Clock;
  /** What currently prevents a background loop from working. */
  trouble(): HallpassError | undefined;
  /** Aborted when the relay shuts down. */
  stopping: AbortSignal;
}

export function healthRoutes(app: FastifyInstance, options: ReadinessOptions): void {
  const { clock, stopping } = options;
  const ready = heldFor(clock, () => problemOf(options));
  const pulse = heldFor(clock, () => pulseTrouble(options.store, clock.now()).catch(toHallpassError));
  app.get('/healthz', async () => ({ status: 'ok', version: hallpassVersion }));
  for (const [path, look, well] of [
    ['/readyz', ready, 'ready'],
    ['/pulse', pulse, 'well'],
  ] as const) {
    app.get(path, async (request, reply) => {
      const problem = stopping.aborted ? fail('RELAY_BUSY', {}) : await look();
      if (problem === undefined) return { status: well };
      const { status, headers, body } = problemDetails(problem, { status: 503, accept: request.headers.accept });
      return reply.status(status).headers(headers).send(JSON.stringify(body));
    });
  }
}

type Look = () => Promise<HallpassError | undefined>;

function heldFor(clock: Clock, look: Look): Look {
  let last: { at: number; problem: Promise<HallpassError | undefined> } | undefined;
  return () => {
    const now = clock.now();
    if (last === undefined || Math.abs(now - last.at) >= holdsMs) last = { at: now, problem: look() };
    return last.problem;
  };
}

async function problemOf({ store, home, clock, trouble }: ReadinessOptions): Promise<HallpassError | undefined> {
  try {
    await proveWritable({ store, clock });
    const { bavail, bsize } = await statfs(home);
    if (bavail * bsize < leastFreeBytes) {
      const reason = `only ${Math.floor((bavail * bsize) / 2 ** 20)} MB are free in ${home}`;
      return fail('STORE_UNAVAILABLE', { store: home, reason });
    }
    return trouble();
  } catch (error) {
    const known = toHallpassError(error);
    return known.code === 'UNEXPECTED'
      ? fail('STORE_UNAVAILABLE', { store: home, reason: fileReason(error) }, { cause: error })
      : known;
  }
}
