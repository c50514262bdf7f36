/** What a profile can choose from in a district, by the names that people know and the ids in documents. */
import type { Command } from 'commander';
import { propertiesNow } from '../app/queries/properties.ts';
import { schoolsNow, schoolTable } from '../app/queries/schools.ts';
import { productName } from '../profile/products.ts';
import { actorOf, askDistrict, type CliContext, printJson, printTable, withApp } from './context.ts';
import { csvOption, writeCsv } from './tables.ts';

export function schoolsCommand(command: Command, context: CliContext): void {
  command
    .argument('<tenant>', 'slug or id of the district')
    .addOption(csvOption('every school'))
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay schools contoso')
    .action(async (tenant: string, options: { csv?: string; json?: true }) => {
      const answer = await askDistrict(context, { question: 'schools', tenant }, schoolsNow);
      if (options.json) return printJson(context, answer);
      if (options.csv !== undefined) return await writeCsv(context, options.csv, schoolTable, answer.schools);
      if (answer.schools.length === 0) {
        context.out.write(`No agent has sent the schools yet.\n  → hallpass-relay agent list ${tenant}\n`);
        return;
      }
      const headings = ['SCHOOL', 'NUMBER', 'ID', 'STUDENTS', 'TEACHERS', 'SECTIONS', 'PROFILE'];
      const rows = answer.schools.map((one) => [
        ...[one.name, one.number, one.id],
        ...[one.students, one.teachers, one.sections].map(String),
        one.profiles.length > 1 ? `${one.profiles.join(' and ')}: neither` : (one.profiles[0] ?? '-'),
      ]);
      printTable(context, headings, rows);
    });
}

export function licensesCommand(command: Command, context: CliContext): void {
  command
    .argument('<tenant>', 'slug or id of the district')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay licenses contoso')
    .action(async (tenant: string, options: { json?: true }) => {
      const { licensesNow } = await import('../app/queries/cloud-choices.ts');
      const licenses = await withApp(context, (app) => licensesNow(app, actorOf(context), tenant));
      if (options.json) return printJson(context, { licenses });
      if (licenses.length === 0) return void context.out.write('The Microsoft 365 tenant has no licenses.\n');
      printTable(
        context,
        ['LICENSE', 'PART NUMBER', 'ID', 'SEATS', 'USED', 'FREE', 'STATE'],
        licenses.map((one) => [
          productName(one.partNumber) ?? '-',
          ...[one.partNumber, one.skuId],
          ...[one.seats, one.used, one.free].map(String),
          one.state,
        ]),
      );
    });
}

export function domainsCommand(command: Command, context: CliContext): void {
  command
    .argument('<tenant>', 'slug or id of the district')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay domains contoso')
    .action(async (tenant: string, options: { json?: true }) => {
      const { domainsNow } = await import('../app/queries/cloud-choices.ts');
      const domains = await withApp(context, (app) => domainsNow(app, actorOf(context), tenant));
      if (options.json) return printJson(context, { domains });
      const usable = ({ verified, federated }: (typeof domains)[number]) =>
        !verified ? 'no: not verified' : federated ? 'no: federated' : 'yes';
      printTable(
        context,
        ['DOMAIN', 'VERIFIED', 'DEFAULT', 'SIGN-IN', 'ACCOUNTS CAN BE MADE'],
        domains.map((one) => [
          one.domain,
          one.verified ? 'yes' : 'no',
          one.default ? 'yes' : '',
          one.federated ? 'federated' : 'Microsoft 365',
          usable(one),
        ]),
      );
    });
}

export function propertiesCommand(command: Command, context: CliContext): void {
  command
    .argument('<tenant>', 'slug or id of the district')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay properties contoso')
    .action(async (tenant: string, options: { json?: true }) => {
      const answer = await askDistrict(context, { question: 'properties', tenant }, propertiesNow);
      if (options.json) return printJson(context, answer);
      printTable(
        context,
        ['KIND', 'PROPERTY', 'SENT FOR', 'IN MICROSOFT 365'],
        answer.properties.map((one) => [one.kind, one.property, one.profiles.join(', ') || '-', one.written]),
      );
    });
}
