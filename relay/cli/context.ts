/** What commands get from their environment, so that tests can run them in process. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Clock } from '../../shared/clock.ts';
import { printableLine } from '../../shared/printable.ts';
import type { Question } from '../app/access.ts';
import type { Actor } from '../app/actor.ts';
import { longestNote, readNote } from '../app/note.ts';
import { type AppContext, ask } from '../app/perform.ts';
import type { ProxyVariables } from '../network/proxy.ts';
import { makeStateFolder } from '../settings/home-files.ts';
import { loadSettings, storeAddress } from '../settings/settings.ts';
import { openStore, type TenantScope } from '../store/store.ts';
import type { Tenant } from '../store/tenants/system.ts';

export interface CliContext {
  /** The state folder. */
  home: string;
  out: NodeJS.WritableStream;
  err: NodeJS.WritableStream;
  /** HALLPASS_KEY_FILE: overrides the settings. */
  keyFile?: string | undefined;
  /** HTTPS_PROXY and the like; by default none. */
  proxies?: ProxyVariables;
  /** Who is at the terminal: the operating system account. */
  user: string;
  clock: Clock;
  /** True when `out` is a terminal that people look at. */
  rich: boolean;
  /** Aborted when the program is asked to end. */
  stop: AbortSignal;
}

/** Options of every command that changes something. */
export interface Noted {
  note?: string;
  /** From earlier versions, in which anyone could name anyone. */
  by?: string;
}

/** Adds the options of {@link Noted}. */
export function noted(command: Command): Command {
  return command
    .addOption(new Option('--note <text>', 'note for the audit log, such as a ticket number').argParser(noteText))
    .addOption(new Option('--by <name>').argParser(noteText).hideHelp());
}

function noteText(text: string): string {
  const note = readNote(text);
  if (note !== undefined) return note;
  throw new InvalidArgumentError(`Give 1 to ${longestNote} characters in one line.`);
}

/** The actor at the terminal, with the note. */
export function actorOf({ user, err }: CliContext, { note, by }: Noted = {}): Actor {
  if (by !== undefined) {
    err.write(`Notice: --by counts as a note; the audit log names the account ${user}. Use --note instead.\n`);
  }
  const notes = [note, by].filter((one) => one !== undefined);
  return { kind: 'terminal', user, ...(notes.length > 0 && { note: notes.join('; ') }) };
}

/** Opens the database for one command, beside a running relay. */
export async function withApp<T>(context: CliContext, fn: (app: AppContext) => Promise<T>): Promise<T> {
  const { home, keyFile, proxies, clock, stop } = context;
  await makeStateFolder(home);
  const store = await openStore(storeAddress(home, await loadSettings(home)));
  try {
    return await fn({ home, keyFile, proxies, store, clock, signal: stop });
  } finally {
    await store.close();
  }
}

/**
 * Asks something about a district in one read transaction. @param asked question, and slug or id @throws HallpassError
 * TENANT_UNKNOWN
 */
export async function askDistrict<T>(
  context: CliContext,
  asked: { question: Question; tenant: string },
  fn: (scope: TenantScope, tenant: Tenant) => Promise<T>,
): Promise<T> {
  return await withApp(context, (app) => ask(app, actorOf(context), asked, fn));
}

export function printJson({ out }: CliContext, value: unknown): void {
  out.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Columns under headings, as wide as their longest cell. */
export function printTable({ out }: CliContext, headings: readonly string[], cells: readonly string[][]): void {
  const rows = cells.map((row) => row.map(printableLine));
  const widths = headings.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)));
  for (const row of [headings, ...rows]) {
    out.write(
      `${row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}
