import type { Command } from 'commander';
import { checkAccess } from '../app/commands/check-access.ts';
import type { MicrosoftAccess } from '../app/queries/microsoft-access.ts';
import { actorOf, type CliContext, type Noted, noted, printJson, printTable, withApp } from './context.ts';

/** What a district's Microsoft 365 grants, and the links by which an administrator grants more. */
export function tenantConsentCommand(tenant: Command, context: CliContext): void {
  noted(tenant.command('consent'))
    .description("check what a district's Microsoft 365 grants, and print the links to grant more")
    .argument('<tenant>', 'slug or id of the district')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Send the first link to an administrator who has, or is to have, an account at the console: the page there says what each permission
is for. The other links lead straight to Microsoft, for anybody who may consent.

Example:
  hallpass-relay tenant consent contoso`,
    )
    .action(async (name: string, { json, ...options }: Noted & { json?: true }) => {
      const access = await withApp(context, (app) => checkAccess(app, actorOf(context, options), name));
      if (json) return printJson(context, access);
      context.out.write(`${sentences[access.access]}\n`);
      for (const { error } of access.applications) {
        if (error !== null) context.out.write(`  ${error.message}\n  → ${error.action}\n`);
      }
      context.out.write('\n');
      printTable(context, ['PERMISSION', 'TO', 'GRANTED', 'WHY'], access.permissions.map(rowOf));
      context.out.write(`\nPage for administrators of the district:\n  ${access.page}\n`);
      for (const { access: kind, link } of access.applications) {
        if (link !== null) context.out.write(`Straight to Microsoft, ${words[kind]}:\n  ${link}\n`);
      }
    });
}

const sentences: Record<MicrosoftAccess['access'], string> = {
  unknown: 'Nobody has checked yet what Microsoft 365 lets Hallpass do.',
  none: 'Microsoft 365 has not given Hallpass access yet.',
  read: 'Hallpass may read in Microsoft 365, and not write: matches and previews work.',
  write: 'Hallpass may read and write in Microsoft 365.',
};

const words = { read: 'for access to read alone', write: 'for access to read and write' } as const;

function rowOf({ permission, access, isGranted, why }: MicrosoftAccess['permissions'][number]): string[] {
  return [permission, access, isGranted ? 'yes' : 'no', why];
}
