import type { Command } from 'commander';
import { filePath } from '../../shared/command-words.ts';
import { putProfile } from '../app/commands/profiles.ts';
import type { Profile } from '../profile/profile.ts';
import type { ProfileProblem } from '../profile/tenant-facts.ts';
import { actorOf, type CliContext, type Noted, noted, withApp } from './context.ts';
import { describeProblems } from './profile-check.ts';
import { openDocument, showDocument } from './profile-document.ts';

/** Puts a document in force: app/commands/profiles.ts has the rules. */
export function profileSetCommand(profile: Command, context: CliContext): void {
  noted(profile.command('set'))
    .alias('import')
    .description('check a profile and store it, replacing the one with the same name; its state stays')
    .argument('<tenant>', 'slug or id of the district')
    .argument('<file>', 'the profile as JSON', filePath)
    .option('--unchecked', 'skip the check against Microsoft 365 and the roster')
    .addHelpText(
      'after',
      `
Schools can be given by name or number, licenses by product name or part number: "schools", "licenses", "domains" and
"properties" list what can be chosen. A new profile starts in preview, which writes nothing to Microsoft 365. While a profile is
enabled, a document with errors is refused and the stored one stays.

Example:
  hallpass-relay profile set contoso profile.json`,
    )
    .action((tenant: string, file: string, options: SetOptions) => set(context, tenant, file, options));
}

interface SetOptions extends Noted {
  unchecked?: true;
}

async function set(context: CliContext, tenant: string, file: string, options: SetOptions): Promise<void> {
  const actor = actorOf(context, options);
  const { profile, isNew, others, errors } = await withApp(context, async (app) => {
    const document = await openDocument(app, actor, tenant, file);
    showDocument(context, document);
    const onFindings = (problems: readonly ProfileProblem[]) => {
      for (const line of describeProblems(problems)) context.out.write(`${line}\n`);
    };
    return await putProfile(app, actor, { tenant, document, unchecked: options.unchecked, onFindings });
  });
  const also = others.length === 0 ? '' : `, beside ${others.map((name) => `"${name}"`).join(', ')}`;
  const what = isNew ? `is new${also}, and stored` : 'is stored';
  context.out.write(`Profile "${profile.name}" ${what}. Connected agents learn of it within seconds.\n`);
  context.out.write(`${next(profile, tenant, { errors, isNew })}\n`);
}

function next({ state }: Profile, tenant: string, { errors, isNew }: { errors: number; isNew: boolean }): string {
  const stays = isNew ? 'It is' : 'It stays';
  if (state === 'paused') return `${stays} paused: nothing runs.\n  → hallpass-relay profile resume ${tenant}`;
  if (state === 'enabled') return `${stays} enabled: the next run writes to Microsoft 365 according to it.`;
  const preview = `${stays} in preview: nothing is written to Microsoft 365.`;
  return errors > 0
    ? `${preview}\n  → Correct the ${errors === 1 ? 'error' : `${errors} errors`} above and set it again; until then it cannot be enabled.`
    : `${preview}\n  → hallpass-relay plan ${tenant}, then hallpass-relay profile enable ${tenant}`;
}
