import type { Command } from 'commander';
import type { Profile } from '../profile/profile.ts';
import { changesBetween, writeAudit } from '../store/audit/audit.ts';
import { chooseProfile, readProfiles, setProfile, stateBeforePause } from '../store/profiles/profiles.ts';
import { endQuarantine, readQuarantines } from '../store/profiles/quarantine.ts';
import { byOption, type CliContext, withNamedTenant } from './context.ts';
import { showCheck } from './profile-check.ts';

interface StateOptions {
  profile?: string;
  by: string;
  unchecked?: true;
}

const named = ['--profile <name>', 'of a district that has several'] as const;

/** The only commands that decide whether a profile runs. */
export function profileStateCommands(profile: Command, context: CliContext): void {
  profile
    .command('enable')
    .description('let runs write to Microsoft 365, also after a pause or a quarantine')
    .argument('<tenant>', 'slug or id')
    .option(...named)
    .addOption(byOption(context))
    .option('--unchecked', 'without holding it against the tenant first')
    .addHelpText('after', '\nExample:\n  hallpass-relay profile enable contoso')
    .action((tenant: string, options: StateOptions) => letRun(context, tenant, 'enabled', options));
  profile
    .command('resume')
    .description('end a pause or a quarantine: what was a preview is one again, and what was enabled writes again')
    .argument('<tenant>', 'slug or id')
    .option(...named)
    .addOption(byOption(context))
    .option('--unchecked', 'without holding it against the tenant first')
    .addHelpText('after', '\nExample:\n  hallpass-relay profile resume contoso')
    .action(async (tenant: string, options: StateOptions) => {
      const state = await withNamedTenant(context, tenant, async (scope) => {
        const { state, name } = chooseProfile(await readProfiles(scope), tenant, options.profile);
        return state === 'paused' ? await stateBeforePause(scope, name) : state;
      });
      await letRun(context, tenant, state, options);
    });
  profile
    .command('pause')
    .description('stop runs; the one under way ends within seconds, and "profile resume" goes on')
    .argument('<tenant>', 'slug or id')
    .option(...named)
    .addOption(byOption(context))
    .addHelpText('after', '\nExample:\n  hallpass-relay profile pause contoso')
    .action((tenant: string, options: StateOptions) => changeState(context, tenant, 'paused', options));
}

async function letRun(
  context: CliContext,
  tenant: string,
  state: 'preview' | 'enabled' | 'paused',
  options: StateOptions,
): Promise<void> {
  if (state === 'enabled' && options.unchecked !== true) await showCheck(context, tenant, options.profile, false);
  await changeState(context, tenant, state, options);
}

/** The serving relay notices within seconds. */
async function changeState(
  context: CliContext,
  tenant: string,
  state: Profile['state'],
  { profile: name, by }: StateOptions,
): Promise<void> {
  const now = new Date(context.clock.now());
  const changed = await withNamedTenant(context, tenant, async (scope) => {
    const before = chooseProfile(await readProfiles(scope), tenant, name);
    const profile = { ...before, state };
    await setProfile(scope, profile, now);
    const quarantine = (await readQuarantines(scope)).get(profile.name);
    if (state === 'enabled') await endQuarantine(scope, profile.name);
    const detail = {
      profile: profile.name,
      changes: changesBetween(before, profile),
      ...(quarantine !== undefined && state === 'enabled' && { quarantineEnded: quarantine }),
    };
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
      return `It is paused: nothing runs.\n  → hallpass-relay profile resume ${tenant}`;
  }
}
