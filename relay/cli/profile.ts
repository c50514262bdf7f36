import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { fail, reasonOf } from '../../shared/errors.ts';
import { type Profile, parseProfile } from '../profile.ts';
import { writeAudit } from '../store/audit.ts';
import { readProfiles, setProfile, setProfileState } from '../store/profiles.ts';
import { type CliContext, printJson, withNamedTenant } from './context.ts';

export function profileCommands(program: Command, context: CliContext): void {
  const profile = program.command('profile').description("a district's sync profile");
  profile
    .command('set')
    .alias('import')
    .description('check a profile as a whole and put it in force')
    .argument('<tenant>', 'slug or id')
    .argument('<file>', 'the profile, JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay profile set contoso profile.json')
    .action(async (tenant: string, file: string) => {
      const checked = parseProfile(await readJson(file), file);
      const now = new Date(context.clock.now());
      await withNamedTenant(context, tenant, async (scope) => {
        await setProfile(scope, checked, now);
        const detail = { profile: checked.name, state: checked.state };
        await writeAudit(scope, { at: now.toISOString(), who: context.user, action: 'profile.set', detail });
      });
      context.out.write(`Profile "${checked.name}" is in force. Connected agents are told within seconds.\n`);
      context.out.write(`${describeState(checked.state, tenant)}\n`);
    });
  profile
    .command('check')
    .description('hold a profile against the tenant: domains, licences, schools, dates, rules')
    .argument('<tenant>', 'slug or id')
    .argument('[file]', 'a profile, JSON; without it, the one in force')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay profile check contoso profile.json')
    .action(async (tenant: string, file: string | undefined, options: { json?: true }) => {
      const given = file === undefined ? undefined : parseProfile(await readJson(file), file);
      await showCheck(context, tenant, given, options.json === true);
    });
  profile
    .command('enable')
    .description('let runs write to Microsoft 365')
    .argument('<tenant>', 'slug or id')
    .option('--by <name>', 'who decides, for the audit log', context.user)
    .option('--unchecked', 'without holding it against the tenant first')
    .addHelpText('after', '\nExample:\n  hallpass-relay profile enable contoso')
    .action(async (tenant: string, { by, unchecked }: { by: string; unchecked?: true }) => {
      if (unchecked !== true) await showCheck(context, tenant, undefined, false);
      await changeState(context, tenant, 'enabled', by);
    });
  profile
    .command('pause')
    .description('stop runs; the one under way ends within seconds, and enabling does the rest')
    .argument('<tenant>', 'slug or id')
    .option('--by <name>', 'who decides, for the audit log', context.user)
    .addHelpText('after', '\nExample:\n  hallpass-relay profile pause contoso')
    .action((tenant: string, { by }: { by: string }) => changeState(context, tenant, 'paused', by));
  profile
    .command('show')
    .alias('export')
    .description('print the profile in force, with every option')
    .argument('<tenant>', 'slug or id')
    .addHelpText('after', '\nExample:\n  hallpass-relay profile show contoso > profile.json')
    .action(async (tenant: string) => {
      const [inForce] = await withNamedTenant(context, tenant, readProfiles);
      if (inForce === undefined) throw fail('PROFILE_MISSING', { tenant });
      printJson(context, inForce);
    });
}

/** @throws HallpassError PROFILE_NOT_READY when there are errors, after they have been printed */
async function showCheck(
  context: CliContext,
  tenant: string,
  given: Profile | undefined,
  json: boolean,
): Promise<void> {
  const { checkProfile } = await import('./check-profile.ts');
  const { profile, problems } = await checkProfile(context, tenant, given);
  const count = problems.filter(({ severity }) => severity === 'error').length;
  if (json) printJson(context, { ready: count === 0, problems });
  else if (problems.length === 0) context.out.write(`Profile "${profile.name}" fits the tenant.\n`);
  for (const { field, severity, reason, remedy } of json ? [] : problems) {
    context.out.write(`${severity}  ${field}: ${reason}\n  → ${remedy}\n`);
  }
  if (count > 0) throw fail('PROFILE_NOT_READY', { profile: profile.name, tenant, count });
}

/** The serving relay notices within seconds. */
async function changeState(context: CliContext, tenant: string, state: Profile['state'], by: string): Promise<void> {
  const now = new Date(context.clock.now());
  const changed = await withNamedTenant(context, tenant, async (scope) => {
    const profile = await setProfileState(scope, state, now);
    if (profile === undefined) throw fail('PROFILE_MISSING', { tenant });
    const detail = { profile: profile.name };
    await writeAudit(scope, { at: now.toISOString(), who: by, action: `profile.${state}`, detail });
    return profile;
  });
  context.out.write(`Profile "${changed.name}": ${describeState(state, tenant)}\n`);
}

function describeState(state: Profile['state'], tenant: string): string {
  switch (state) {
    case 'preview':
      return `It is in preview: nothing is written to Microsoft 365.\n  → hallpass-relay plan ${tenant}, then hallpass-relay profile enable ${tenant}`;
    case 'enabled':
      return 'It is enabled: the next run writes to Microsoft 365.';
    case 'paused':
      return `It is paused: nothing runs.\n  → hallpass-relay profile enable ${tenant}`;
  }
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fail('FILE_UNREADABLE', { file, reason: reasonOf(error) }, { cause: error });
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fail('PROFILE_INVALID', { profile: file, field: 'the document', reason: reasonOf(error) }, { cause: error });
  }
}
