/** The hostile agents, as a process of its own: their work must not disturb who measures. Arguments: URL, then a code for each. */
import { setTimeout as wait } from 'node:timers/promises';
import { type AgentDouble, connectDouble, enrollDouble } from '../../../relay/testing/agent-double.ts';
import { hostilePrograms } from './programs.ts';

const [url = '', ...codes] = process.argv.slice(2);
const pauseMs = 100;
let bursts = 0;
let refusals = 0;

async function attack(name: string, code: string): Promise<void> {
  const identity = await enrollDouble(url, code);
  const program = hostilePrograms[name];
  for (;;) {
    const agent = await connectDouble(url, identity).catch(() => undefined);
    if (agent === undefined || !('hello' in agent)) {
      refusals += 1;
      await wait(pauseMs);
      continue;
    }
    await burst(agent, program ?? (() => undefined));
  }
}

async function burst(agent: AgentDouble, program: (agent: AgentDouble) => void): Promise<void> {
  agent.socket.on('error', () => undefined);
  try {
    await agent.hello();
    while (agent.socket.readyState === agent.socket.OPEN) {
      program(agent);
      bursts += 1;
      // As fast as the relay reads, and no faster: what waits here would be this process's memory.
      while (agent.socket.bufferedAmount > 4 << 20 && agent.socket.readyState === agent.socket.OPEN) await wait(20);
      await wait(pauseMs);
    }
  } catch {
    agent.socket.terminate();
  }
}

process.on('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify({ bursts, refusals })}\n`);
  process.exit(0);
});
const names = Object.keys(hostilePrograms);
await Promise.all(codes.map((code, index) => attack(names[index % names.length] ?? '', code)));
