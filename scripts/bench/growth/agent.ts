/** The agent's first cycle with a district of the given size, between the simulator and a relay that only acknowledges; prints JSON. */
import { fileURLToPath } from 'node:url';
import { AgentProcess } from '../agent/agent-process.ts';
import { programOf } from '../agent/program.ts';
import { Surroundings } from '../agent/surroundings.ts';

const program = programOf(fileURLToPath(new URL('../../../agent/hallpass-agent.mjs', import.meta.url)));
await using surroundings = await Surroundings.open(Number(process.argv[2]));
await using agent = await AgentProcess.start(program, surroundings);
const { upserts, seconds, requests } = (await agent.cycle()) as { upserts: number; seconds: number; requests: number };
const figures = {
  ...{ records: upserts, seconds, requests },
  ...{ cpuSeconds: await agent.cpuSeconds(), peakMB: await agent.peakMB() },
};
process.stdout.write(JSON.stringify(figures));
