import type { Command } from 'commander';
import { timestamp } from '../../shared/clock.ts';
import { writeAudit } from '../store/audit/audit.ts';
import { type RunRequest, requestRun } from '../store/runs/run-control.ts';
import { byOption, type CliContext, withNamedTenant } from './context.ts';

interface Control {
  name: string;
  description: string;
  request: RunRequest;
  action: string;
  done: string;
}

const controls: Control[] = [
  {
    name: 'now',
    description: 'look now whether there is something to do',
    request: 'starts',
    action: 'run.start',
    done: 'A serving relay begins a run within 2 seconds.',
  },
  {
    name: 'cancel',
    description:
      'end the run under way between two batches; the next one begins after the next change, or in 15 minutes',
    request: 'cancels',
    action: 'run.cancel',
    done: 'A run that is under way ends within seconds; what was answered is recorded. To keep the next from beginning: profile pause.',
  },
  {
    name: 'restart',
    description: 'end the run under way, and begin one that reads the directory and looks at everything again',
    request: 'restarts',
    action: 'run.restart',
    done: 'A serving relay looks at everything again within 2 seconds. Links and what was applied stay.',
  },
];

/** A district's runs as a person controls them; pausing and resuming is the profile's. */
export function syncCommands(program: Command, context: CliContext): void {
  const sync = program.command('sync').description("control a district's runs");
  for (const { name, description, request, action, done } of controls) {
    sync
      .command(name)
      .description(description)
      .argument('<tenant>', 'slug or id')
      .addOption(byOption(context))
      .addHelpText('after', `\nExample:\n  hallpass-relay sync ${name} contoso`)
      .action(async (tenant: string, { by }: { by: string }) => {
        const at = timestamp(context.clock);
        await withNamedTenant(context, tenant, async (scope) => {
          await requestRun(scope, request);
          await writeAudit(scope, { at, who: by, action, detail: {} });
        });
        context.out.write(`${done}\n`);
      });
  }
}
