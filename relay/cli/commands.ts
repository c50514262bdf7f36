/**
 * The commands of `hallpass-relay` in the order of its help. A command's code is loaded when the command line names it,
 * so that `--version` and `--help` load nothing else.
 */
import type { Command } from 'commander';
import type { CliContext } from './context.ts';

export interface CommandRow {
  /** As shown in the help: name, alias, arguments. */
  usage: string;
  description: string;
  /** Loads the function that adds arguments, options, subcommands and the action. */
  load: () => Promise<(command: Command, context: CliContext) => void>;
}

export const commands: readonly CommandRow[] = [
  {
    usage: 'configure [options]',
    description: 'show or change the settings',
    load: async () => (await import('./configure.ts')).configureCommand,
  },
  {
    usage: 'serve [options]',
    description: 'run the relay until SIGTERM or Ctrl-C',
    load: async () => (await import('./serve.ts')).serveCommand,
  },
  {
    usage: 'store',
    description: 'prepare a PostgreSQL database, and move there',
    load: async () => (await import('./store.ts')).storeCommands,
  },
  {
    usage: 'tenant',
    description: 'manage the districts that this relay serves',
    load: async () => (await import('./tenant.ts')).tenantCommands,
  },
  {
    usage: 'enroll-code [options] <tenant>',
    description: 'create a one-time code for enrolling an agent',
    load: async () => (await import('./agent.ts')).enrollCodeCommand,
  },
  {
    usage: 'agent',
    description: "list and revoke a district's agents",
    load: async () => (await import('./agent.ts')).agentCommands,
  },
  {
    usage: 'profile',
    description: "manage a district's sync profiles",
    load: async () => (await import('./profile.ts')).profileCommands,
  },
  {
    usage: 'schools [options] <tenant>',
    description: 'list the schools of a district: name, number, id, and the profile that covers each',
    load: async () => (await import('./choices.ts')).schoolsCommand,
  },
  {
    usage: 'licenses|licences [options] <tenant>',
    description: "list the licenses of a district's Microsoft 365 tenant, with their free seats",
    load: async () => (await import('./choices.ts')).licensesCommand,
  },
  {
    usage: 'domains [options] <tenant>',
    description: "list the domains of a district's Microsoft 365 tenant, and which ones can have new accounts",
    load: async () => (await import('./choices.ts')).domainsCommand,
  },
  {
    usage: 'properties [options] <tenant>',
    description:
      'list the optional properties that a profile can choose, where Hallpass writes each, and for whom agents send it',
    load: async () => (await import('./choices.ts')).propertiesCommand,
  },
  {
    usage: 'match [options] <tenant>',
    description: 'show what every identity rule would match among the existing accounts',
    load: async () => (await import('./match.ts')).matchCommand,
  },
  {
    usage: 'link',
    description: 'show and change account links: which person has which account',
    load: async () => (await import('./link.ts')).linkCommands,
  },
  {
    usage: 'person',
    description: 'provision one person now, and show every step',
    load: async () => (await import('./person.ts')).personCommands,
  },
  {
    usage: 'exempt',
    description: 'manage the accounts that Hallpass never writes to',
    load: async () => (await import('./exempt.ts')).exemptCommands,
  },
  {
    usage: 'passwords',
    description: 'manage the first passwords of accounts that Hallpass created',
    load: async () => (await import('./passwords.ts')).passwordsCommands,
  },
  {
    usage: 'plan [options] <tenant>',
    description: 'show exactly what the next run would do and what would be held; change nothing',
    load: async () => (await import('./plan.ts')).planCommand,
  },
  {
    usage: 'holds',
    description: 'show what the guard holds in a district, and approve or reject it',
    load: async () => (await import('./holds.ts')).holdsCommands,
  },
  {
    usage: 'fleet [options]',
    description: 'show every district on one line, the most urgent first',
    load: async () => (await import('./fleet.ts')).fleetCommand,
  },
  {
    usage: 'status [options] <tenant>',
    description: 'show how a district is doing',
    load: async () => (await import('./status.ts')).statusCommand,
  },
  {
    usage: 'problems [options] <tenant>',
    description: 'list what is wrong in a district, who can fix it, and how',
    load: async () => (await import('./problems.ts')).problemsCommand,
  },
  {
    usage: 'drift [options] <tenant>',
    description: 'show what people changed by hand in Microsoft 365, and what Hallpass does about it',
    load: async () => (await import('./drift.ts')).driftCommand,
  },
  {
    usage: 'teams [options] <tenant>',
    description: 'list the teams of classes, and which ones wait for a teacher',
    load: async () => (await import('./teams.ts')).teamsCommand,
  },
  {
    usage: 'sync',
    description: "control a district's runs",
    load: async () => (await import('./sync.ts')).syncCommands,
  },
  {
    usage: 'blackout',
    description: 'manage the days on which nothing is written to Microsoft 365',
    load: async () => (await import('./blackout.ts')).blackoutCommands,
  },
  {
    usage: 'runs [options] <tenant>',
    description: 'list the last runs of a district, newest first',
    load: async () => (await import('./runs.ts')).runsCommand,
  },
  {
    usage: 'run [options] <tenant> <run>',
    description: 'show what one run did: every operation with its reason and the values before and after',
    load: async () => (await import('./runs.ts')).runCommand,
  },
  {
    usage: 'audit [options] [tenant]',
    description: 'list who changed what in a district, or at the relay itself, newest first',
    load: async () => (await import('./audit.ts')).auditCommand,
  },
  {
    usage: 'explain [options] <tenant>',
    description: 'explain why a person is, or is not, in a class: every step from PowerSchool to Microsoft 365',
    load: async () => (await import('./explain.ts')).explainCommand,
  },
  {
    usage: 'alert',
    description: 'manage who is told of what is wrong: by webhook, by mail, or by a call that stops',
    load: async () => (await import('./alert.ts')).alertCommands,
  },
  {
    usage: 'token',
    description: 'manage API tokens for programs',
    load: async () => (await import('./token.ts')).tokenCommands,
  },
  {
    usage: 'user',
    description: 'manage who may use the console',
    load: async () => (await import('./user.ts')).userCommands,
  },
  {
    usage: 'sign-in',
    description: 'manage how people get in to the console',
    load: async () => (await import('./sign-in.ts')).signInCommands,
  },
];
