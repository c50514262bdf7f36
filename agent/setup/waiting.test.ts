/** How considerately setup waits for the plugin. */
import { PassThrough } from 'node:stream';
import t from 'tap';
import type { Check } from '../check/finding.ts';
import { AgentState } from '../state/agent-state.ts';
import type { Context } from '../terminal/context.ts';
import { Terminal } from '../terminal/terminal.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Typist } from '../testing/typist.ts';
import { Dialog } from './dialog.ts';
import { waitingStep } from './plugin-steps.ts';
import { Progress } from './progress.ts';

const refused: Check = { name: 'powerschool.token', status: 'fail', fact: 'refused', action: 'copy it' };
const missing: Check = { name: 'powerschool.grants', status: 'fail', fact: 'no query', action: 'install it' };
const fine: Check = { name: 'powerschool.token', status: 'pass', fact: 'accepted', action: '' };

/** A person acts before the next check: long waits end only when the test ends them. */
class PatientClock extends ManualClock {
  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < 15_000 || signal === undefined) return super.sleep(ms, signal);
    this.slept.push(ms);
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  }
}

/** Waits while PowerSchool is found in each of these states in turn. @returns seconds that it waited */
async function wait(found: Check[], mostWaitMs = Number.POSITIVE_INFINITY, typist?: Typist, folder = '/nowhere') {
  const clock = typist === undefined ? new ManualClock() : new PatientClock();
  const stop = new AbortController().signal;
  const stdout = (typist?.stdout ?? new PassThrough().resume()) as unknown as NodeJS.WriteStream;
  const stdin = typist?.stdin as unknown as NodeJS.ReadStream;
  const terminal = typist === undefined ? undefined : new Terminal(stdin, stdout, stop);
  let looks = 0;
  const checks = async function* () {
    looks += 1;
    yield found.shift() ?? fine;
  };
  const context = { stop, folder } as Context;
  const parts = { context, clock, checks, mostWaitMs, service: false, progress: new Progress('/nowhere') };
  const error: unknown = await waitingStep
    .run({ ...parts, dialog: new Dialog({}, terminal, stdout, { platform: 'linux', restart: false }) })
    .catch((thrown: unknown) => thrown);
  terminal?.close();
  return { error, looks, seconds: clock.slept.map((ms) => ms / 1000) };
}

t.test('retries after a refusal as the agent itself would, and after anything else every 15 seconds', async (t) => {
  const refusals = Array.from({ length: 6 }, () => refused);
  t.match(await wait(refusals), { error: undefined, looks: 7, seconds: [60, 300, 900, 3600, 3600, 3600] });
  t.match(await wait([missing, missing, refused, missing]), { error: undefined, seconds: [15, 15, 60, 15] });
});

t.test('without a person it ends in time, and never waits in vain', async (t) => {
  const { error, seconds } = await wait([refused, refused, refused], 10 * 60_000);
  t.match(error, refused);
  t.same(seconds, [60, 300], 'the next check would come too late');
});

t.test('holding the Enter key does not flood PowerSchool', async (t) => {
  const typist = new Typist();
  for (let presses = 0; presses < 3; presses += 1) typist.types('');
  const { seconds } = await wait([refused, refused, refused], undefined, typist);
  t.same(
    seconds.filter((waited) => waited < 15),
    [1, 1, 1],
  );
});

t.test('other typed text causes no check and is not echoed, and a client id is accepted', async (t) => {
  const guid = '220f4f9c-ff18-4e6f-9160-a3084d7f7e7b';
  for (const typed of [guid, `c${guid}`, `Client ID: ${guid}`]) {
    const folder = t.testdir();
    const typist = new Typist();
    const waited = wait([refused], undefined, typist, folder);
    await typist.sees('c, then Enter');
    // Like a secret that was pasted too early: the terminal shows it, but setup does not.
    typist.stdin.write('the-secret\n');
    await typist.answers('press c, then Enter.', typed);
    await typist.answers('Client secret', 'hush');
    t.match(await waited, { error: undefined, looks: 2 }, typed);
    const { settings, secret } = await AgentState.open(folder);
    t.same([settings.powerschool.clientId, secret], [guid, 'hush']);
    t.notMatch(typist.screen, 'the-secret');
  }
});
