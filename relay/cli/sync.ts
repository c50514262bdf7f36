import type { Command } from 'commander';
import { type Control, controlRuns } from '../app/commands/runs.ts';
import { actorOf, type CliContext, type Noted, noted, withApp } from './context.ts';

interface ControlCommand {
  name: string;
  description: string;
  request: Control;
  done: string;
}

const controls: ControlCommand[] = [
  {
    name: 'now',
    description: 'start a run now if there is something to do',
    request: 'starts',
    done: 'A running relay starts a run within 2 seconds.',
  },
  {
    name: 'cancel',
    description: 'end the current run between two batches; the next one starts after the next change, or in 15 minutes',
    request: 'cancels',
    done: 'A run in progress ends within seconds; the answers that arrived are recorded. To prevent the next run, use "profile pause".',
  },
  {
    name: 'restart',
    description: 'end the current run, and start one that reads the directory and compares everything again',
    request: 'restarts',
    done: 'A running relay reads and compares everything again within 2 seconds. Account links and applied state stay.',
  },
];

/** Controls a district's runs; pausing and resuming belong to the profile. */
export function syncCommands(sync: Command, context: CliContext): void {
  for (const { name, description, request, done } of controls) {
    noted(sync.command(name))
      .description(description)
      .argument('<tenant>', 'slug or id of the district')
      .addHelpText('after', `\nExample:\n  hallpass-relay sync ${name} contoso`)
      .action(async (tenant: string, options: Noted) => {
        const asked = { tenant, request };
        await withApp(context, (app) => controlRuns(app, actorOf(context, options), asked));
        context.out.write(`${done}\n`);
      });
  }
}
