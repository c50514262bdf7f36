import { open, rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { timestamp } from '../../shared/clock.ts';
import { filePath } from '../../shared/command-words.ts';
import { fail } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import { csvLine, csvStart } from '../app/csv.ts';
import { personKey } from '../model/person.ts';
import { openVault } from '../secrets/key-file.ts';
import { loadSettings } from '../settings/settings.ts';
import {
  countReadopted,
  forgetPasswords,
  readPasswords,
  readUnknownPasswords,
  type WaitingPassword,
} from '../store/accounts/initial-passwords.ts';
import { writeAudit } from '../store/audit/audit.ts';
import { type PersonName, readNames } from '../store/roster/people-names.ts';
import { findTenant } from '../store/tenants/system.ts';
import { purposeOf } from '../sync/apply/new-accounts.ts';
import { byOption, type CliContext, printJson, printTable, withNamedTenant, withStore } from './context.ts';

/** First passwords of accounts that Hallpass made: handed out once. */
export function passwordsCommands(program: Command, context: CliContext): void {
  const passwords = program.command('passwords').description('first passwords of accounts that Hallpass made');
  passwords
    .command('list')
    .description('accounts whose first password has not been handed out, without the passwords')
    .argument('<tenant>', 'slug or id')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay passwords list contoso')
    .action(async (tenant: string, options: { json?: true }) => {
      const waiting = (await withNamedTenant(context, tenant, readPasswords)).map((one) => ({
        person: personKey(one.role, one.personId),
        userPrincipalName: one.userPrincipalName,
        madeAt: one.madeAt,
      }));
      const unknown = await withNamedTenant(context, tenant, readUnknownPasswords);
      const readopted = await withNamedTenant(context, tenant, countReadopted);
      if (options.json) return printJson(context, { passwords: waiting, unknown: unknown.map(shown), readopted });
      printTable(
        context,
        ['PERSON', 'ACCOUNT', 'SINCE'],
        waiting.map((one) => [one.person, one.userPrincipalName, one.madeAt]),
      );
      if (readopted > 0) {
        context.out.write(
          `\n${readopted} accounts are from before the database was lost, found again by their stamps. First passwords that had not been handed out by then are gone.\n` +
            `  → For each person who has none, set a new one: hallpass-relay passwords renew ${tenant} --person WHO\n`,
        );
      }
      if (unknown.length === 0) return;
      context.out.write(
        `\n${unknown.length} accounts were made in a time that this database does not know, so their first passwords are not known here:\n`,
      );
      printTable(
        context,
        ['PERSON', 'ACCOUNT'],
        unknown.map(shown).map((one) => [one.person, one.userPrincipalName]),
      );
      context.out.write(`  → If nobody has them, set new ones: hallpass-relay passwords renew ${tenant} --unknown\n`);
    });
  passwords
    .command('renew')
    .description('set new first passwords in Microsoft 365, to be exported')
    .argument('<tenant>', 'slug or id')
    .option('--unknown', 'of all accounts whose first password is not known here, after a restore of an older database')
    .option('--person <who>', 'of one account: students:DCID, DCID, number, user name, name, or account of the person')
    .addOption(byOption(context))
    .addHelpText(
      'after',
      '\nWhoever has used the account until now cannot sign in with the old password any more.\n\nExample:\n  hallpass-relay passwords renew contoso --unknown --by "Kim Lee"',
    )
    .action(async (tenant: string, options: { unknown?: true; person?: string; by: string }) => {
      if (options.unknown === undefined && options.person === undefined) {
        return passwords.error("error: one of '--unknown' and '--person' is needed");
      }
      const { renewPasswords } = await import('./renew-passwords.ts');
      const { renewed, failed } = await renewPasswords(context, tenant, options);
      for (const { person, error } of failed) context.err.write(`${person}: ${error.code} ${error.message}\n`);
      context.out.write(
        renewed === 0 && failed.length === 0
          ? 'No account is meant: see "passwords list".\n'
          : `Set ${renewed} new first passwords, ${failed.length} were refused.\n`,
      );
      if (renewed > 0) context.out.write(`  → hallpass-relay passwords export ${tenant} --file FILE\n`);
    });
  passwords
    .command('export')
    .description('write them into a new file, as CSV, and forget them')
    .argument('<tenant>', 'slug or id')
    .requiredOption('--file <file>', 'a file that does not exist yet; only its owner can read it', filePath)
    .addOption(byOption(context))
    .addHelpText('after', '\nExample:\n  hallpass-relay passwords export contoso --file passwords.csv --by "Kim Lee"')
    .action(async (tenant: string, { file, by }: { file: string; by: string }) => {
      const count = await exportPasswords(context, tenant, file, by);
      if (count === 0) return void context.out.write('No first password waits to be handed out.\n');
      context.out.write(
        `Wrote ${count} first passwords to ${file}; they are forgotten here.\n  → Hand them out, and delete the file.\n`,
      );
    });
}

function shown({
  role,
  personId,
  userPrincipalName,
}: Pick<WaitingPassword, 'role' | 'personId' | 'userPrincipalName'>) {
  return { person: personKey(role, personId), userPrincipalName };
}

/** @throws HallpassError KEY_UNUSABLE, KEY_WRONG, FILE_UNWRITABLE: then nothing is forgotten */
async function exportPasswords(context: CliContext, tenantName: string, file: string, by: string): Promise<number> {
  const { home, keyFile, clock } = context;
  const vault = openVault(home, keyFile ?? (await loadSettings(home)).secrets.keyFile);
  return await withStore(context, async (store) => {
    const tenant = await store.system((scope) => findTenant(scope, tenantName));
    const { waiting, names } = await store.readTenant(tenant.id, async (scope) => ({
      waiting: await readPasswords(scope),
      names: await readNames(scope),
    }));
    if (waiting.length === 0) return 0;
    const lines = [csvLine(['person', 'school', 'givenName', 'surname', 'userPrincipalName', 'password'])];
    for (const one of waiting) {
      const password = await vault.open(one.sealed, purposeOf(tenant.id, one.sealedFor));
      lines.push(csvLine([...describe(one, names), one.userPrincipalName, password]));
    }
    await writeNewFile(file, csvStart + lines.join(''));
    const now = timestamp(clock);
    await store.withTenant(tenant.id, async (scope) => {
      await forgetPasswords(scope, waiting);
      const detail = { count: waiting.length };
      await writeAudit(scope, { at: now, who: by, action: 'passwords.export', detail });
    });
    return waiting.length;
  });
}

function describe({ role, personId }: WaitingPassword, names: ReadonlyMap<string, PersonName>): string[] {
  const key = personKey(role, personId);
  const { school = '', givenName = '', surname = '' } = names.get(key) ?? {};
  return [key, school, givenName, surname];
}

/** On the disk when it returns; never over something that is there, and never through a link. */
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
