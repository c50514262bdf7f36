/** The end of setup: check everything, and install the agent as a service. */
import type { Check } from '../check/finding.ts';
import { showChecks } from '../commands/check.ts';
import { installService } from '../commands/service.ts';
import { moveCommand } from '../service/ready.ts';
import { isBooted } from '../service/systemd.ts';
import type { Context } from '../terminal/context.ts';
import { nextStep, troubleOf } from './remedies.ts';
import type { Step } from './step.ts';

export const checkStep: Step = {
  title: 'Checks',
  done: () => undefined,

  async run({ context, dialog, checks }) {
    const shown = dialog.interactive ? inWordsOfSetup(checks()) : checks();
    const found = await showChecks(shown, context.stdout, context.env);
    return found.find(({ status }) => status === 'fail');
  },
};

/** Setup itself asks for whatever its checks find wrong, so the checks need not name commands. */
async function* inWordsOfSetup(checks: AsyncIterable<Check>): AsyncGenerator<Check> {
  for await (const check of checks) {
    yield check.action === '' ? check : { ...check, action: nextStep(troubleOf(check)) };
  }
}

export const serviceStep: Step = {
  title: 'Service',
  done: (_, { done }) => (done.service === true ? 'The service is installed.' : undefined),

  async run({ context, dialog, progress, service }) {
    const way = service ? await wayOf(context) : 'none';
    // Shown every time: whoever runs setup again wants to know what starts the agent.
    if (way === 'none') dialog.say(`  Not installed. The agent works while this runs: ${startOf(context)}\n`);
    else if (way === 'sudo') {
      dialog.say(`  ${sudoHint(context)}\n`);
    } else {
      const question = '  Install the service now? [Enter] yes, n: no: ';
      const choice = await dialog.choose(question, ['y', 'yes', 'n', 'no']);
      if (choice?.startsWith('n')) {
        dialog.say('  Not installed. Later: hallpass-agent service install\n');
        return undefined;
      }
      const user = dialog.knows('serviceUser') ? await dialog.answer('serviceUser') : undefined;
      await installService(context, user === undefined ? {} : { user });
      await progress.note({ service: true });
    }
    return undefined;
  },
};

async function wayOf({ platform, uid }: Context): Promise<'install' | 'sudo' | 'none'> {
  if (platform === 'win32') return 'install';
  if (platform !== 'linux' || !(await isBooted())) return 'none';
  return uid === 0 ? 'install' : 'sudo';
}

/** Root has its own state folder: what was set up without root has to move there. */
function sudoHint({ folder, invocation }: Context): string {
  return `Only root can install a service. Run these two commands:\n    ${moveCommand(folder)}\n    sudo ${invocation.join(' ')} service install`;
}

function startOf({ invocation }: Context): string {
  return [...invocation, 'run'].join(' ');
}
