import type { Command } from 'commander';
import { filePath } from '../../shared/command-words.ts';
import { fail } from '../../shared/errors.ts';
import type { Profile } from '../profile/profile.ts';
import { changesBetween, writeAudit } from '../store/audit/audit.ts';
import { readProfiles, setProfile } from '../store/profiles/profiles.ts';
import { byOption, type CliContext, withNamedTenant } from './context.ts';
import { describeProblems } from './profile-check.ts';
import { openDocument, tellDocument } from './profile-document.ts';

/**
 * Puts a document in force. It never decides whether the profile runs: a new one starts in preview, and one that is there keeps
 * its state. A document that does not fit the tenant may wait in preview until it does; over an enabled profile it is refused as
 * a whole, because the next run would write by it.
 */
export function profileSetCommand(profile: Command, context: CliContext): void {
  profile
    .command('set')
    .alias('import')
    .description(
      'put a profile in force, in place of the one of that name, after checking it; its state stays as it is',
    )
    .argument('<tenant>', 'slug or id')
    .argument('<file>', 'the profile, JSON', filePath)
    .addOption(byOption(context))
    .option('--unchecked', 'without holding it against Microsoft 365 and the roster first')
    .addHelpText(
      'after',
      `
Schools can be given by name or number, licenses by product name or part number: "schools", "licenses", "domains" and
"properties" list what can be chosen. A new profile starts in preview, which writes nothing to Microsoft 365. While a profile is
enabled, a document with errors is refused and the profile in force stays.

Example:
  hallpass-relay profile set contoso profile.json`,
    )
    .action((tenant: string, file: string, options: SetOptions) => set(context, tenant, file, options));
}

interface SetOptions {
  by: string;
  unchecked?: true;
}

async function set(context: CliContext, tenant: string, file: string, { by, unchecked }: SetOptions): Promise<void> {
  const document = await openDocument(context, tenant, file);
  tellDocument(context, document);
  const { checkProfile } = await import('./check-profile.ts');
  const checked = unchecked === true ? undefined : await checkProfile(context, tenant, document.profile);
  const errors = checked?.problems.filter(({ severity }) => severity === 'error').length ?? 0;
  for (const line of describeProblems(checked?.problems ?? [])) context.out.write(`${line}\n`);
  const now = new Date(context.clock.now());
  const { profile, before, others } = await withNamedTenant(context, tenant, async (scope) => {
    const all = await readProfiles(scope);
    const before = all.find(({ name }) => name === document.profile.name);
    const profile = { ...document.profile, state: before?.state ?? 'preview' };
    // Looked at here, where nobody can enable it any more before this is written.
    if (profile.state === 'enabled' && errors > 0) {
      throw fail('PROFILE_CHANGE_REFUSED', { profile: profile.name, tenant, count: errors });
    }
    if (profile.state === 'enabled' && checked?.unasked !== undefined) {
      const reason = checked.unasked.message.replace(/\.$/, '');
      throw fail('PROFILE_CHANGE_UNCHECKED', { profile: profile.name, reason }, { cause: checked.unasked });
    }
    await setProfile(scope, profile, now);
    const detail = { profile: profile.name, changes: changesBetween(before, profile) };
    await writeAudit(scope, { at: now.toISOString(), who: by, action: 'profile.set', detail });
    return { profile, before, others: all.filter(({ name }) => name !== profile.name).map(({ name }) => name) };
  });
  const also = others.length === 0 ? '' : `, beside ${others.map((name) => `"${name}"`).join(', ')}`;
  const what = before === undefined ? `is new${also}, and in force` : 'is in force';
  context.out.write(`Profile "${profile.name}" ${what}. Connected agents hear of it within seconds.\n`);
  context.out.write(`${next(profile, tenant, { errors, isNew: before === undefined })}\n`);
}

function next({ state }: Profile, tenant: string, { errors, isNew }: { errors: number; isNew: boolean }): string {
  const stays = isNew ? 'It is' : 'It stays';
  if (state === 'paused') return `${stays} paused: nothing runs.\n  → hallpass-relay profile resume ${tenant}`;
  if (state === 'enabled') return `${stays} enabled: the next run writes to Microsoft 365 by it.`;
  const preview = `${stays} in preview: nothing is written to Microsoft 365.`;
  return errors > 0
    ? `${preview}\n  → Correct the ${errors === 1 ? 'error' : `${errors} errors`} above and set it again; until then it cannot be enabled.`
    : `${preview}\n  → hallpass-relay plan ${tenant}, then hallpass-relay profile enable ${tenant}`;
}
