import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { fail, reasonOf } from '../../shared/errors.ts';
import { parseProfile } from '../profile.ts';
import { readProfiles, setProfile } from '../store/profiles.ts';
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
      await withNamedTenant(context, tenant, (scope) => setProfile(scope, checked, now));
      context.out.write(`Profile "${checked.name}" is in force. Connected agents are told within seconds.\n`);
    });
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
