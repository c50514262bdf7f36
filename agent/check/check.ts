/**
 * The doctor: checks everything that the agent needs, from its own folder to the relay's answer. Works with or without
 * a running agent.
 */
import { HallpassError } from '../../shared/errors.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { AgentState } from '../state/agent-state.ts';
import { clockCheck } from './clock.ts';
import { eagerly } from './eagerly.ts';
import type { Check, CheckContext, CheckParts } from './finding.ts';
import { checkPowerSchool, powerschoolChecks } from './powerschool.ts';
import { profileCheck, profileCheckName } from './profile.ts';
import { checkRelay, relayChecks } from './relay.ts';
import { checkSettings } from './settings.ts';
import { checkStateFolder } from './state-folder.ts';
import { failure, notTried } from './step.ts';
import { checkTimes } from './times.ts';

export type { Check, CheckParts };

/**
 * Yields the checks in a stable order, each as soon as the ones before it are done. PowerSchool and the relay are
 * checked in parallel.
 *
 * @throws the signal's reason
 */
export async function* runChecks(parts: CheckParts): AsyncGenerator<Check> {
  const { folder, platform } = parts;
  const done = new AbortController();
  const signal = AbortSignal.any([parts.signal, done.signal]);
  try {
    signal.throwIfAborted();
    const state = await AgentState.open(folder).catch(toHallpassError);
    if (state instanceof HallpassError) {
      yield failure('settings', state);
      yield await checkStateFolder(folder, platform);
      for (const name of [...powerschoolChecks, ...relayChecks, profileCheckName, 'clock'])
        yield notTried(name, 'settings');
      return;
    }
    const context: CheckContext = {
      times: checkTimes,
      ...parts,
      signal,
      state,
      skews: {},
      reads: { columns: new Map() },
    };
    const powerschool = eagerly(checkPowerSchool(context));
    const relay = eagerly(checkRelay(context));
    yield await checkSettings(context);
    yield await checkStateFolder(folder, platform, state.settings.log);
    yield* powerschool;
    yield* relay;
    yield profileCheck(context.reads);
    yield clockCheck(context.skews);
  } finally {
    done.abort();
  }
}
