import type { Command } from 'commander';
import { moveProfile, type ProfileMove } from '../app/commands/profile-state.ts';
import type { Profile } from '../profile/profile.ts';
import { actorOf, type CliContext, type Noted, noted, withApp } from './context.ts';
import { showCheck } from './profile-check.ts';

interface StateOptions extends Noted {
  profile?: string;
  unchecked?: true;
}

const moves: Record<ProfileMove, { description: string; isChecked: boolean }> = {
  preview: {
    description: 'stop writing to Microsoft 365, but keep planning and counting',
    isChecked: false,
  },
  enable: { description: 'let runs write to Microsoft 365; also ends a pause or a quarantine', isChecked: true },
  resume: {
    description: 'end a pause or a quarantine and return to the state before it: preview or enabled',
    isChecked: true,
  },
  pause: {
    description: 'stop all runs; a run in progress ends within seconds, and "profile resume" continues them',
    isChecked: false,
  },
};

/** The only commands that decide whether a profile runs. */
export function profileStateCommands(profile: Command, context: CliContext): void {
  for (const [move, { description, isChecked }] of Object.entries(moves) as [ProfileMove, (typeof moves)['enable']][]) {
    const command = noted(profile.command(move))
      .description(description)
      .argument('<tenant>', 'slug or id of the district')
      .option('--profile <name>', 'which profile, if the district has several')
      .addHelpText('after', `\nExample:\n  hallpass-relay profile ${move} contoso`)
      .action((tenant: string, options: StateOptions) => change(context, tenant, move, options));
    if (isChecked) command.option('--unchecked', 'skip the check against Microsoft 365 and the roster');
  }
}

async function change(context: CliContext, tenant: string, move: ProfileMove, options: StateOptions): Promise<void> {
  const actor = actorOf(context, options);
  const { profile, unchecked } = options;
  const onFindings = (checked: Parameters<typeof showCheck>[1]) => showCheck(context, checked, false);
  const changed = await withApp(context, (app) =>
    moveProfile(app, actor, { tenant, profile, move, unchecked, onFindings }),
  );
  context.out.write(`${describeState(changed.name, changed.state, tenant)}\n`);
}

function describeState(name: string, state: Profile['state'], tenant: string): string {
  const profile = `Profile "${name}"`;
  switch (state) {
    case 'preview':
      return `${profile} is in preview: nothing is written to Microsoft 365.\n  → hallpass-relay plan ${tenant}, then hallpass-relay profile enable ${tenant}`;
    case 'enabled':
      return `${profile} is enabled: the next run writes to Microsoft 365.`;
    case 'paused':
      return `${profile} is paused: nothing runs.\n  → hallpass-relay profile resume ${tenant}`;
  }
}
