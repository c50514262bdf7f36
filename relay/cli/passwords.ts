import { open, rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { filePath } from '../../shared/command-words.ts';
import { fail } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import { type Exported, exportPasswords } from '../app/commands/export-passwords.ts';
import { passwordsNow, passwordTable } from '../app/queries/passwords.ts';
import { actorOf, askDistrict, type CliContext, type Noted, noted, printJson, printTable, withApp } from './context.ts';
import { csvText } from './tables.ts';

/** First passwords of accounts that Hallpass created: exported once. */
export function passwordsCommands(passwords: Command, context: CliContext): void {
  passwords
    .command('list')
    .description('list accounts whose first password was not exported yet (never the passwords)')
    .argument('<tenant>', 'slug or id of the district')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay passwords list contoso')
    .action(async (tenant: string, options: { json?: true }) => {
      const now = await askDistrict(context, { question: 'passwords', tenant }, (scope) => passwordsNow(scope));
      if (options.json) return printJson(context, now);
      const { passwords: waiting, unknown, readopted } = now;
      const rows = waiting.map((one) => [one.person, one.userPrincipalName, one.madeAt]);
      if (rows.length > 0) printTable(context, ['PERSON', 'ACCOUNT', 'SINCE'], rows);
      else context.out.write('There are no first passwords to export.\n');
      if (readopted > 0) {
        context.out.write(
          `\n${readopted} accounts are from before the database was lost, found again by their stamps. First passwords that were not exported by then are lost.\n` +
            `  → For each person who has none, set a new one: hallpass-relay passwords renew ${tenant} --person WHO\n`,
        );
      }
      if (unknown.length === 0) return;
      context.out.write(
        `\n${unknown.length} accounts were created after this copy of the database was made, so it does not have their first passwords:\n`,
      );
      printTable(
        context,
        ['PERSON', 'ACCOUNT'],
        unknown.map((one) => [one.person, one.userPrincipalName]),
      );
      context.out.write(`  → If nobody has them, set new ones: hallpass-relay passwords renew ${tenant} --unknown\n`);
    });
  noted(passwords.command('renew'))
    .description('set new first passwords in Microsoft 365, for you to export')
    .argument('<tenant>', 'slug or id of the district')
    .option('--unknown', 'for all accounts whose first password was lost by restoring an older database')
    .option('--person <who>', 'for one person: students:DCID, DCID, number, user name, name, or account')
    .addHelpText(
      'after',
      '\nThe old passwords of these accounts stop working.\n\nExample:\n  hallpass-relay passwords renew contoso --unknown',
    )
    .action(async (tenant: string, { unknown, person, ...options }: Noted & { unknown?: true; person?: string }) => {
      if (unknown === undefined && person === undefined) {
        return passwords.error("error: one of '--unknown' and '--person' is needed");
      }
      const { renewPasswords } = await import('../app/commands/renew-passwords.ts');
      const actor = actorOf(context, options);
      const asked = { tenant, unknown, person };
      const { renewed, failed } = await withApp(context, (app) => renewPasswords(app, actor, asked));
      for (const { person, error } of failed) context.err.write(`${person}: ${error.code} ${error.message}\n`);
      context.out.write(
        renewed === 0 && failed.length === 0
          ? 'No account matches: see "passwords list".\n'
          : `Set ${renewed} new first passwords, ${failed.length} were refused.\n`,
      );
      if (renewed > 0) context.out.write(`  → hallpass-relay passwords export ${tenant} --file FILE\n`);
    });
  noted(passwords.command('export'))
    .description('write first passwords to a new CSV file, and delete them from the relay')
    .argument('<tenant>', 'slug or id of the district')
    .requiredOption('--file <file>', 'a file that does not exist yet; only its owner can read it', filePath)
    .addHelpText('after', '\nExample:\n  hallpass-relay passwords export contoso --file passwords.csv')
    .action(async (tenant: string, { file, ...options }: Noted & { file: string }) => {
      const hand = ({ passwords }: Exported) => writeNewFile(file, csvText(passwordTable, passwords));
      const actor = actorOf(context, options);
      const { passwords } = await withApp(context, (app) => exportPasswords(app, actor, { tenant, hand }));
      const { length: count } = passwords;
      if (count === 0) return void context.out.write('There are no first passwords to export.\n');
      context.out.write(
        `Wrote ${count} first passwords to ${file}; the relay has deleted them.\n  → Hand them out, and delete the file.\n`,
      );
    });
}

/** Resolves once the file is on disk; never overwrites anything, and never follows a link. */
async function writeNewFile(file: string, text: string): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fail('FILE_UNWRITABLE', { file, reason: fileReason(error) }, { cause: error });
  }
}
