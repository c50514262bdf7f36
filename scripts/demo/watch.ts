/**
 * Reports edits in PowerSchool, and when they have arrived in Graph. It only receives reports and sends no requests.
 */
import { watch } from 'node:fs';
import type { Program } from './program.ts';
import { count, type Screen, seconds } from './screen.ts';
import type { Site } from './sites.ts';

/** After this many cycles that find no change, an edit does not concern the roster. */
const patienceCycles = 2;

export interface WatchOptions {
  site: Site;
  /** PowerSchool's database. */
  db: string;
  agent: Program;
  relay: Program;
  screen: Screen;
  signal: AbortSignal;
  /** Returns what the last run did, in sentences. */
  lastRun: () => Promise<string[]>;
}

/** Rejects with the signal's reason when the demo is to end. */
export function watchEdits({ site, db, agent, relay, screen, signal, lastRun }: WatchOptions): Promise<never> {
  /** performance.now() of the edits that have not arrived yet, and how many of them are in the relay's roster. */
  let edits: number[] = [];
  let carried = 0;
  let unchanged = 0;

  // Every commit of the simulator appends to SQLite's write-ahead log; readers do not change it.
  let noticedAt = 0;
  watch(`${db}-wal`, { signal }, () => {
    const now = performance.now();
    // One commit causes several writes.
    if (now - noticedAt > 100) {
      screen.line(`${clock()}  PowerSchool was edited`);
      edits.push(now);
    }
    noticedAt = now;
    unchanged = 0;
  }).on('error', (error) => screen.warn(`Edits are no longer noticed: ${error.message}`));

  agent.listen(({ event, code, message }) => {
    if (event === 'problem') screen.warn(`agent: ${String(message)} [${String(code)}]`);
    if (event !== 'cycle.unchanged' || edits.length === 0) return;
    unchanged += 1;
    if (unchanged < patienceCycles) return;
    screen.line(`${clock()}  The edit changes nothing in the roster`);
    edits = [];
  });
  relay.listen(({ tenant, event, done, failed, message }) => {
    if (tenant !== site.slug) return;
    if (event === 'roster.committed') carried = edits.length;
    if (event === 'run.failed') screen.warn(`relay: ${String(message)}`);
    if (event !== 'run.finished') return;
    const [oldest] = edits.splice(0, carried);
    carried = 0;
    if (Number(done) + Number(failed) > 0) {
      const after = oldest === undefined ? '' : `, ${seconds((performance.now() - oldest) / 1000)} after the edit`;
      const failures = Number(failed) > 0 ? `; ${Number(failed)} failed` : '';
      const total = Number(done) + Number(failed);
      screen.done(`${clock()}  In Graph${after}: ${count(total, 'operation')}${failures}`);
      lastRun().then(
        (sentences) => showSentences(screen, sentences, total),
        // The demo or the relay is ending, which is reported elsewhere.
        () => undefined,
      );
    } else if (oldest !== undefined) {
      screen.line(`${clock()}  The edit changes nothing in Microsoft 365`);
    }
  });
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function showSentences(screen: Screen, sentences: readonly string[], total: number): void {
  for (const sentence of sentences) screen.line(`            ${sentence}`);
  if (total > sentences.length) screen.line(`            and ${count(total - sentences.length)} more`);
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}
