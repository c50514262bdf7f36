import type { Command } from 'commander';
import { filePath } from '../../shared/command-words.ts';
import { fail } from '../../shared/errors.ts';
import { readingText } from '../profile/adoption.ts';
import type { Profile } from '../profile/profile.ts';
import type { ProfileProblem, StampFacts } from '../profile/tenant-facts.ts';
import { type CliContext, printJson } from './context.ts';
import { openDocument, tellDocument } from './profile-document.ts';

export function profileCheckCommand(profile: Command, context: CliContext): void {
  profile
    .command('check')
    .description('hold a profile against the tenant: domains, licenses, schools, dates, rules')
    .argument('<tenant>', 'slug or id')
    .argument('[file]', 'a profile, JSON; without it, the one in force', filePath)
    .option('--profile <name>', 'of a district that has several')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay profile check contoso profile.json')
    .action(async (tenant: string, file: string | undefined, options: { profile?: string; json?: true }) => {
      if (file === undefined) return await showCheck(context, tenant, options.profile, options.json === true);
      const document = await openDocument(context, tenant, file);
      if (options.json !== true) tellDocument(context, document);
      await showCheck(context, tenant, document.profile, options.json === true);
    });
}

/**
 * @param which a profile that is not in force, or the name of one that is
 * @throws HallpassError PROFILE_NOT_READY when there are errors, and why Microsoft 365 could not be asked, after what was found has
 *   been printed
 */
export async function showCheck(
  context: CliContext,
  tenant: string,
  which: Profile | string | undefined,
  json: boolean,
): Promise<void> {
  const { checkProfile } = await import('./check-profile.ts');
  const { profile, problems, stamps, unasked } = await checkProfile(context, tenant, which);
  const count = problems.filter(({ severity }) => severity === 'error').length;
  if (json) printJson(context, { ready: count === 0 && unasked === undefined, problems, stamps: countsOf(stamps) });
  else if (problems.length === 0) context.out.write(`Profile "${profile.name}" fits the tenant.\n`);
  for (const line of json ? [] : [...describeStamps(stamps), ...describeProblems(problems)]) {
    context.out.write(`${line}\n`);
  }
  if (count > 0) throw fail('PROFILE_NOT_READY', { profile: profile.name, tenant, count });
  if (unasked !== undefined) throw unasked;
}

export function describeProblems(problems: readonly ProfileProblem[]): string[] {
  return problems.map(({ field, severity, reason, remedy }) => `${severity}  ${field}: ${reason}\n  → ${remedy}`);
}

/** `Stamped students in Microsoft 365: 30; in the roster as dcid 0, as studentNumber 30.` */
function describeStamps(stamps: StampFacts): string[] {
  return Object.entries(stamps)
    .filter(([, { total }]) => total > 0)
    .map(([kind, { total, fits }]) => {
      // What is not sent matters only where what is sent does not explain everything.
      const isOpen = fits.every(({ fitting }) => fitting < total);
      const shown = fits.filter(({ reading, fitting, isSent }) => {
        return fitting > 0 || (reading.prefix === '' && (reading.id === 'dcid' || (isOpen && !isSent)));
      });
      const counts = shown.map(({ reading, fitting, isSent }) => {
        return `as ${readingText(reading)} ${isSent ? fitting : 'not known (agents do not send it)'}`;
      });
      return `Stamped ${kind} in Microsoft 365: ${total}; in the roster ${counts.join(', ')}.`;
    });
}

/** For programs: how many objects fit by reading, of those readings whose values agents send. */
function countsOf(stamps: StampFacts) {
  return Object.fromEntries(
    Object.entries(stamps).map(([kind, { total, fits }]) => {
      const known = fits.filter(({ isSent }) => isSent);
      const fitting = Object.fromEntries(known.map((fit) => [readingText(fit.reading), fit.fitting]));
      return [kind, { total, fitting }];
    }),
  );
}
