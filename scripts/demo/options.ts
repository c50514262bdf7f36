/** The demo's command line. */
import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Mode } from './oracle/rules.ts';
import type { DirectoryKind, ProfileKind } from './profile.ts';

export interface DemoOptions {
  /** End after the first sync and some edits. */
  once: boolean;
  /** How many rounds of five edits then. */
  editRounds: number;
  /** Where to write the report. */
  json: string | undefined;
  students: number;
  seed: number;
  mode: Mode;
  /** Which options the profile uses. */
  profile: ProfileKind;
  /** What the tenant holds at the start. */
  directory: DirectoryKind;
  /** Folder of a School Data Sync v1 CSV set, instead of a made-up district. */
  sdsCsv: string | undefined;
  /** Create a team for every class. */
  teams: boolean;
  /** Of the console; another one if somebody has it. */
  port: number;
  /** Factor on Graph's limits, and on the relay's request budget. */
  graphSpeed: number;
  /** Keep the folder with state and logs. */
  keep: boolean;
}

/** By default, the console has a run to look at for some minutes; nobody looks at the other. */
const speed = { console: 1, once: 50 };

/** @returns the options, or the exit code when there is nothing to run (help, a wrong option) */
export function parseOptions(args: readonly string[]): DemoOptions | { exitCode: number } {
  const command = new Command('npm start --')
    .description(
      `Brings up Hallpass's console with three districts, each with a PowerSchool and a Microsoft 365 tenant (both simulated) and an agent; the relay and every agent is a process of its own. It prints the console's address first, compares what arrives in Microsoft 365 with what the tables say, and keeps running until Ctrl-C: edits made in PowerSchool show up in Microsoft Graph within seconds. With --once, it syncs one district, makes edits, compares, and ends.`,
    )
    .option(
      '--once',
      'one district, no console: end after the first sync and some edits; exit code 0 only if nothing differs',
      false,
    )
    .option('--port <number>', 'port of the console; any if somebody has it, or for 0', whole(0, 65_535), 8640)
    .option('--edit-rounds <number>', 'with --once: so many times one of each of five kinds', whole(1, 40), 1)
    .option('--json <file>', 'write a report')
    .option('--students <number>', 'size of the made-up district (Summit)', whole(10, 200_000), 2000)
    .option('--seed <number>', 'another number, another district', whole(0, 999_999_999), 1)
    .addOption(
      new Option('--mode <mode>', 'match: sync existing users; create: create new users')
        .choices(['match', 'create'])
        .default('match'),
    )
    .addOption(
      new Option(
        '--profile <kind>',
        'options of the sync profile: plain; rich: all at once, some schools; split: two or three profiles; random: drawn by the seed',
      )
        .choices(['plain', 'rich', 'split', 'random'])
        .default('plain'),
    )
    .addOption(
      new Option(
        '--directory <kind>',
        'sds-…: a tenant that School Data Sync has run before; seed-roster: with the ids of the seed-roster plugin; in mode match',
      )
        .choices(['accounts', 'sds-v1', 'sds-v2.1', 'sds-mixed', 'seed-roster'])
        .default('accounts'),
    )
    .option('--sds-csv <dir>', 'load a School Data Sync v1 CSV set in place of a made-up district')
    .option('--teams', 'make a team of every class that has a teacher', false)
    .option(
      '--graph-speed <factor>',
      `Graph allows 20 writes/s; the demo scales the limits of the simulator and the budget of the relay by this factor (default: ${speed.console}, with --once ${speed.once})`,
      whole(1, 1000),
    )
    .option('--keep', 'leave the folder with state and logs behind', false)
    .addHelpText(
      'after',
      `
Examples:
  npm start
  npm start -- --port 0 --students 500
  npm start -- --once --json report.json --students 20000
  npm start -- --mode create --sds-csv ./csv
  npm start -- --once --teams
  npm start -- --once --directory sds-mixed
  npm start -- --once --profile random --seed 7

Exit codes: 0 all is as it should be, 1 something differs, 64 wrong options, 70 a program failed, 130 stopped before the
console could be used, or with --once before the job was done.`,
    )
    .showHelpAfterError('  → npm start -- --help')
    .exitOverride();
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 64 };
    throw error;
  }
  const { directory, mode, profile } = command.opts<DemoOptions>();
  if (directory !== 'accounts' && (mode === 'create' || profile !== 'plain')) {
    process.stderr.write('error: --directory sds-… and seed-roster go with --mode match and --profile plain\n');
    return { exitCode: 64 };
  }
  type Maybe = 'json' | 'sdsCsv' | 'graphSpeed';
  const { json, sdsCsv, graphSpeed, ...rest } = command.opts<Omit<DemoOptions, Maybe> & Partial<DemoOptions>>();
  const factor = graphSpeed ?? (rest.once ? speed.once : speed.console);
  return { ...rest, json: absolute(json), sdsCsv: absolute(sdsCsv), graphSpeed: factor };
}

/** The programs run in another folder. */
function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}
