import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { timestamp } from '../../shared/clock.ts';
import { fail, reasonOf } from '../../shared/errors.ts';
import type { StampFacts } from '../profile/tenant-facts.ts';
import { type Profile, parseProfile } from '../profile.ts';
import { changesBetween, writeAudit } from '../store/audit.ts';
import { chooseProfile, readProfiles, removeProfile, setProfile } from '../store/profiles.ts';
import { endQuarantine, readQuarantines } from '../store/quarantine.ts';
import { readStandings } from '../store/standings.ts';
import { byOption, type CliContext, printJson, printTable, withNamedTenant } from './context.ts';

/** The option that names a profile. */
const named = ['--profile <name>', 'of a district that has several'] as const;

export function profileCommands(program: Command, context: CliContext): void {
  const profile = program.command('profile').description("a district's sync profiles");
  profile
    .command('set')
    .alias('import')
    .description('check a profile as a whole and put it in force, in place of the one of that name')
    .argument('<tenant>', 'slug or id')
    .argument('<file>', 'the profile, JSON')
    .addOption(byOption(context))
    .addHelpText('after', '\nExample:\n  hallpass-relay profile set contoso profile.json')
    .action(async (tenant: string, file: string, { by }: { by: string }) => {
      const checked = parseProfile(await readJson(file), file);
      const now = new Date(context.clock.now());
      await withNamedTenant(context, tenant, async (scope) => {
        const before = (await readProfiles(scope)).find(({ name }) => name === checked.name);
        await setProfile(scope, checked, now);
        const detail = { profile: checked.name, changes: changesBetween(before, checked) };
        await writeAudit(scope, { at: now.toISOString(), who: by, action: 'profile.set', detail });
      });
      context.out.write(`Profile "${checked.name}" is in force. Connected agents are told within seconds.\n`);
      context.out.write(`${describeState(checked.state, tenant)}\n`);
    });
  profile
    .command('check')
    .description('hold a profile against the tenant: domains, licences, schools, dates, rules')
    .argument('<tenant>', 'slug or id')
    .argument('[file]', 'a profile, JSON; without it, the one in force')
    .option(...named)
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay profile check contoso profile.json')
    .action(async (tenant: string, file: string | undefined, options: { profile?: string; json?: true }) => {
      const which = file === undefined ? options.profile : parseProfile(await readJson(file), file);
      await showCheck(context, tenant, which, options.json === true);
    });
  profile
    .command('enable')
    .alias('resume')
    .description('let runs write to Microsoft 365, also after a pause or a quarantine')
    .argument('<tenant>', 'slug or id')
    .option(...named)
    .addOption(byOption(context))
    .option('--unchecked', 'without holding it against the tenant first')
    .addHelpText('after', '\nExample:\n  hallpass-relay profile enable contoso')
    .action(async (tenant: string, options: { profile?: string; by: string; unchecked?: true }) => {
      if (options.unchecked !== true) await showCheck(context, tenant, options.profile, false);
      await changeState(context, tenant, 'enabled', options);
    });
  profile
    .command('pause')
    .description('stop runs; the one under way ends within seconds, and enabling does the rest')
    .argument('<tenant>', 'slug or id')
    .option(...named)
    .addOption(byOption(context))
    .addHelpText('after', '\nExample:\n  hallpass-relay profile pause contoso')
    .action((tenant: string, options: { profile?: string; by: string }) => {
      return changeState(context, tenant, 'paused', options);
    });
  profile
    .command('list')
    .description('the profiles of a district')
    .argument('<tenant>', 'slug or id')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay profile list contoso')
    .action(async (tenant: string, options: { json?: true }) => {
      const rows = await withNamedTenant(context, tenant, async (scope) => {
        const standings = await readStandings(scope);
        return (await readProfiles(scope)).map(({ name, state, schools }) => {
          const { standing = 'setting up', quarantine = null } = standings.get(name) ?? {};
          return { name, state, standing, quarantine, schools };
        });
      });
      if (options.json) return printJson(context, { profiles: rows });
      if (rows.length === 0) return void context.out.write('No profiles.\n');
      printTable(
        context,
        ['PROFILE', 'STATE', 'SCHOOLS', 'STANDING'],
        rows.map(({ name, state, schools, standing }) => [
          name,
          state,
          schools === 'all' ? 'all' : schools.join(', '),
          standing,
        ]),
      );
    });
  profile
    .command('remove')
    .description('take a profile out of force; what it made in Microsoft 365 stays')
    .argument('<tenant>', 'slug or id')
    .argument('<name>', 'of the profile')
    .addOption(byOption(context))
    .addHelpText('after', '\nExample:\n  hallpass-relay profile remove contoso "High schools"')
    .action(async (tenant: string, name: string, { by }: { by: string }) => {
      const at = timestamp(context.clock);
      await withNamedTenant(context, tenant, async (scope) => {
        const before = chooseProfile(await readProfiles(scope), tenant, name);
        await removeProfile(scope, name);
        await writeAudit(scope, { at, who: by, action: 'profile.remove', detail: { profile: name, before } });
      });
      context.out.write(`Profile "${name}" is out of force. Accounts, classes and links stay as they are.\n`);
    });
  profile
    .command('show')
    .alias('export')
    .description('print the profile in force, with every option')
    .argument('<tenant>', 'slug or id')
    .option(...named)
    .addHelpText('after', '\nExample:\n  hallpass-relay profile show contoso > profile.json')
    .action(async (tenant: string, options: { profile?: string }) => {
      const all = await withNamedTenant(context, tenant, readProfiles);
      printJson(context, chooseProfile(all, tenant, options.profile));
    });
}

/**
 * @param which a profile that is not in force, or the name of one that is
 * @throws HallpassError PROFILE_NOT_READY when there are errors, after they have been printed
 */
async function showCheck(
  context: CliContext,
  tenant: string,
  which: Profile | string | undefined,
  json: boolean,
): Promise<void> {
  const { checkProfile } = await import('./check-profile.ts');
  const { profile, problems, stamps } = await checkProfile(context, tenant, which);
  const count = problems.filter(({ severity }) => severity === 'error').length;
  if (json) printJson(context, { ready: count === 0, problems, stamps });
  else if (problems.length === 0) context.out.write(`Profile "${profile.name}" fits the tenant.\n`);
  for (const line of json ? [] : describeStamps(stamps)) context.out.write(`${line}\n`);
  for (const { field, severity, reason, remedy } of json ? [] : problems) {
    context.out.write(`${severity}  ${field}: ${reason}\n  → ${remedy}\n`);
  }
  if (count > 0) throw fail('PROFILE_NOT_READY', { profile: profile.name, tenant, count });
}

/** `Stamped students in Microsoft 365: 30; in the roster as dcid 0, as studentNumber 30.` */
function describeStamps(stamps: StampFacts): string[] {
  return Object.entries(stamps)
    .filter(([, { total }]) => total > 0)
    .map(([kind, { total, fitting }]) => {
      const fits = Object.entries(fitting).map(([reading, count]) => `as ${reading} ${count}`);
      return `Stamped ${kind} in Microsoft 365: ${total}; in the roster ${fits.join(', ')}.`;
    });
}

/** The serving relay notices within seconds. */
async function changeState(
  context: CliContext,
  tenant: string,
  state: Profile['state'],
  { profile: name, by }: { profile?: string; by: string },
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
