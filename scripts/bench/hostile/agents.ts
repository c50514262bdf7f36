/**
 * The hostile agents, as a process of its own: their work must not disturb the process that measures.
 * Arguments: URL, then a code for each. Sends one line of JSON, what they did, when it is told to end.
 */
import { setPriority } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { type AgentIdentity, connectDouble } from '../../../relay/testing/agent-double.ts';
import { readScriptOptions } from '../../script-options.ts';
import { enrollFrom } from './enroll.ts';
import { greet, type HostileProgram, hostilePrograms, type Line } from './programs.ts';

/** Between two bursts, and between two connections, milliseconds. */
const pauseMs = 20;
/** What waits beyond this in the socket would be this process's memory alone. */
const sentEnough = 4 << 20;
/** No single connection for longer than this, whatever the relay does with it, milliseconds. */
const longestLineMs = 20_000;

const {
  args: [url = '', ...codes],
} = readScriptOptions('node scripts/bench/hostile/agents.ts', 'Hostile agents against a relay.', (command) =>
  command.argument('<url>', 'of the relay').argument('<codes...>', 'for enrolling, one for each agent'),
);
const done = Object.fromEntries(
  Object.keys(hostilePrograms).map((name) => [name, { connections: 0, refusals: 0, bursts: 0 }]),
);

async function attack(name: string, program: HostileProgram, identity: AgentIdentity): Promise<never> {
  const count = done[name] ?? { connections: 0, refusals: 0, bursts: 0 };
  for (;;) {
    const agent = await connectDouble(url, identity).catch(() => undefined);
    if (agent === undefined || 'status' in agent) {
      count.refusals += 1;
      await wait(pauseMs);
      continue;
    }
    count.connections += 1;
    const { socket } = agent;
    // Nothing of what the relay says is read: it would only fill this process.
    socket.removeAllListeners('message');
    const until = performance.now() + longestLineMs;
    const line: Line = { socket, seq: 0 };
    greet(line);
    while (socket.readyState === socket.OPEN && performance.now() < until) {
      if (socket.bufferedAmount < sentEnough) {
        program(line);
        count.bursts += 1;
      }
      await wait(pauseMs);
    }
    socket.terminate();
    await wait(pauseMs);
  }
}

// The relay and anyone who measures come first on a machine with few cores: the hostile agents are elsewhere in real life.
setPriority(10);
process.on('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify(done)}\n`, () => process.exit(0));
});
const identities = await Promise.all(codes.map((code, at) => enrollFrom(`127.0.1.${at + 1}`, url, code)));
process.stdout.write('ready\n');
const programs = Object.entries(hostilePrograms);
await Promise.all(
  identities.map((identity, at) => {
    const [name = '', program = () => undefined] = programs[at % programs.length] ?? [];
    return attack(name, program, identity);
  }),
);
