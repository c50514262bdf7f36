import type { Command } from 'commander';
import { filePath } from '../../shared/command-words.ts';
import type { CheckedProfile } from '../app/queries/check-profile.ts';
import { stampCounts } from '../app/queries/stamp-counts.ts';
import { readingText } from '../profile/adoption.ts';
import type { ProfileProblem, StampFacts } from '../profile/tenant-facts.ts';
import { actorOf, type CliContext, printJson, withApp } from './context.ts';
import { openDocument, showDocument } from './profile-document.ts';

export function profileCheckCommand(profile: Command, context: CliContext): void {
  profile
    .command('check')
    .description('check a profile against Microsoft 365 and the roster: domains, licenses, schools, dates, rules')
    .argument('<tenant>', 'slug or id of the district')
    .argument('[file]', 'a profile as JSON (default: the stored profile)', filePath)
    .option('--profile <name>', 'which profile, if the district has several')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay profile check contoso profile.json')
    .action(async (tenant: string, file: string | undefined, options: { profile?: string; json?: true }) => {
      await withApp(context, async (app) => {
        const actor = actorOf(context);
        const document = file === undefined ? undefined : await openDocument(app, actor, tenant, file);
        if (document !== undefined && options.json !== true) showDocument(context, document);
        const { checkProfile, needReady } = await import('../app/queries/check-profile.ts');
        const checked = await checkProfile(app, actor, tenant, document?.profile ?? options.profile);
        showCheck(context, checked, options.json === true);
        needReady(checked, tenant);
      });
    });
}

export function showCheck(context: CliContext, checked: CheckedProfile, json: boolean): void {
  const { profile, problems, stamps, unasked } = checked;
  const count = problems.filter(({ severity }) => severity === 'error').length;
  if (json) printJson(context, { ready: count === 0 && unasked === undefined, problems, stamps: stampCounts(stamps) });
  else if (problems.length === 0) context.out.write(`Profile "${profile.name}" has no problems.\n`);
  for (const line of json ? [] : [...describeStamps(stamps), ...describeProblems(problems)]) {
    context.out.write(`${line}\n`);
  }
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
