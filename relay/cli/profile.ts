import type { Command } from 'commander';
import { dropProfile } from '../app/commands/profiles.ts';
import { profilesNow } from '../app/queries/profiles.ts';
import { chooseProfile, readProfiles } from '../store/profiles/profiles.ts';
import { actorOf, askDistrict, type CliContext, type Noted, noted, printJson, printTable, withApp } from './context.ts';
import { profileCheckCommand } from './profile-check.ts';
import { troubleOf } from './profile-lines.ts';
import { profileSetCommand } from './profile-set.ts';
import { profileStateCommands } from './profile-state.ts';

/** The option that names a profile. */
const named = ['--profile <name>', 'which profile, if the district has several'] as const;

export function profileCommands(profile: Command, context: CliContext): void {
  profileSetCommand(profile, context);
  profileCheckCommand(profile, context);
  profileStateCommands(profile, context);
  profile
    .command('list')
    .description('list the profiles of a district')
    .argument('<tenant>', 'slug or id of the district')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay profile list contoso')
    .action(async (tenant: string, options: { json?: true }) => {
      const answer = await askDistrict(context, { question: 'profiles', tenant }, profilesNow);
      const { profiles: rows } = answer;
      if (options.json) return printJson(context, answer);
      if (rows.length === 0)
        return void context.out.write(`No profiles yet.\n  → hallpass-relay profile set ${tenant} FILE.json\n`);
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
      for (const { name, ...trouble } of rows) {
        const lines = troubleOf(trouble);
        if (lines.length > 0) context.out.write(`\n${name}\n${lines.map((line) => `  ${line}\n`).join('')}`);
      }
    });
  noted(profile.command('remove'))
    .description('remove a profile; what it created in Microsoft 365 stays')
    .argument('<tenant>', 'slug or id of the district')
    .argument('<name>', 'name of the profile')
    .addHelpText('after', '\nExample:\n  hallpass-relay profile remove contoso "High schools"')
    .action(async (tenant: string, name: string, options: Noted) => {
      const asked = { tenant, profile: name };
      await withApp(context, (app) => dropProfile(app, actorOf(context, options), asked));
      context.out.write(`Profile "${name}" is removed. Accounts, classes and links stay as they are.\n`);
    });
  profile
    .command('show')
    .alias('export')
    .description('print the stored profile, with every option')
    .argument('<tenant>', 'slug or id of the district')
    .option(...named)
    .addHelpText('after', '\nExample:\n  hallpass-relay profile show contoso > profile.json')
    .action(async (tenant: string, options: { profile?: string }) => {
      const all = await askDistrict(context, { question: 'profiles', tenant }, readProfiles);
      printJson(context, chooseProfile(all, tenant, options.profile));
    });
}
