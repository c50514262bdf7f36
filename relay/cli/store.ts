import type { Command } from 'commander';
import { copyDatabase, migrateDatabase } from '../app/commands/database.ts';
import { actorOf, type CliContext, type Noted, noted } from './context.ts';

/** Moving from the file in the state folder to a PostgreSQL server (docs/scaling.md). */
export function storeCommands(store: Command, context: CliContext): void {
  noted(store.command('migrate'))
    .description('create or update the tables in a PostgreSQL database, and give the serving role its rights')
    .requiredOption(
      '--url <url>',
      'address as the owner of the tables, directly at the server and not through a pooler',
    )
    .requiredOption('--role <name>', 'role that the relay serves as; it exists, and owns nothing')
    .addHelpText(
      'after',
      `
Run it before a new version starts. It is safe to repeat, and when several run at once.

Example:
  hallpass-relay store migrate --url postgres://hallpass_owner@db.example.org/hallpass --role hallpass_serving`,
    )
    .action(async ({ url, role, ...options }: Noted & { url: string; role: string }) => {
      await migrateDatabase(actorOf(context, options), { url, role });
      context.out.write(`The database is ready for this version; ${role} may serve from it.\n`);
    });
  noted(store.command('copy'))
    .description('copy the database in the state folder to PostgreSQL, all or nothing, and compare both')
    .requiredOption('--to <url>', 'address as the owner of the tables; the database is migrated and empty')
    .addHelpText(
      'after',
      `
Stop the relay first. The file stays as it is; "configure --store-url" then has the relay serve from the server.

Example:
  hallpass-relay store copy --to postgres://hallpass_owner@db.example.org/hallpass`,
    )
    .action(async ({ to, ...options }: Noted & { to: string }) => {
      let total = 0;
      await copyDatabase(context, actorOf(context, options), { url: to }, ({ table, rows, digest }) => {
        total += rows;
        if (rows > 0) context.out.write(`${table}  ${rows} rows  ${digest}\n`);
      });
      context.out.write(`Copied ${total} rows. Counts and digests of both databases are equal.\n`);
      context.out.write('Next: hallpass-relay configure --store-url URL, with the address of the serving role.\n');
    });
}
