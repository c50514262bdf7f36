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
    .command('enable')
    .description('let runs write to Microsoft 365')
    .argument('<tenant>', 'slug or id')
    .option('--by <name>', 'who decides, for the audit log', context.user)
    .addHelpText('after', '\nExample:\n  hallpass-relay profile enable contoso')
    .action((tenant: string, { by }: { by: string }) => changeState(context, tenant, 'enabled', by));
  profile
    .command('pause')
    .description('stop runs: after the one under way nothing is planned or written')
    .argument('<tenant>', 'slug or id')
    .option('--by <name>', 'who decides, for the audit log', context.user)
    .addHelpText('after', '\nExample:\n  hallpass-relay profile pause contoso')
    .action((tenant: string, { by }: { by: string }) => changeState(context, tenant, 'paused', by));
  profile
    .command('show')
    .description('print the profile in force')
    .argument('<tenant>', 'slug or id')
    .addHelpText('after', '\nExample:\n  hallpass-relay profile show contoso > profile.json')
    .action(async (tenant: string) => {
      const [inForce] = await withNamedTenant(context, tenant, readProfiles);
      if (inForce === undefined) throw fail('PROFILE_MISSING', { tenant });
      printJson(context, inForce);
    });
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
