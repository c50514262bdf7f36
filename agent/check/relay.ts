/** Is there a relay at this address, does a WebSocket get through, and does the relay know this agent? */
import { fail, HallpassError } from '../../shared/errors.ts';
import { checkSubprotocol } from '../../shared/link.ts';
import { trustedAuthorities } from '../../shared/trust.ts';
import { linkAddress, relayAddress } from '../model/addresses.ts';
import { connectFailure } from '../network/failure.ts';
import { openProxy, type Way } from '../network/proxy.ts';
import type { AgentState } from '../state/agent-state.ts';
import { type Identity, upgradeToken } from '../uplink/identity.ts';
import { interception } from '../uplink/interception.ts';
import { plainStatus, relayError } from '../uplink/refusal.ts';
import { correctionFor } from '../uplink/relay-clock.ts';
import { tryUpgrade, type UpgradeResult } from '../uplink/try-upgrade.ts';
import { skewOf } from './clock.ts';
import type { Check, CheckContext } from './finding.ts';
import { checkPath, pathChecks } from './path.ts';
import { failure, notTried, pass, step, type Verdict, warn } from './step.ts';

export const relayChecks = [...pathChecks('relay', false), 'relay.upgrade', 'relay.identity'];

/** The relay's address, if known. @throws HallpassError SETTING_INVALID, RELAY_ADDRESS_INSECURE */
export function relayOf({ settings, identity }: AgentState): URL | undefined {
  const address = settings.relay.url ?? identity?.relay;
  return address === undefined ? undefined : relayAddress(address);
}

export async function* checkRelay(context: CheckContext): AsyncGenerator<Check> {
  const { state, env } = context;
  let relay: URL | undefined;
  let way: Way;
  try {
    relay = relayOf(state);
    if (relay === undefined) throw fail('NOT_CONFIGURED', { setting: 'relay address (--relay)', command: 'enroll' });
    way = {
      ca: await trustedAuthorities(state.settings.relay.caFile),
      proxy: await openProxy('relay', relay, state, env),
    };
  } catch {
    // The check of the settings reports what is wrong.
    for (const name of relayChecks) yield notTried(name, 'settings');
    return;
  }
  const failed = yield* checkPath('relay', relay, way, context);
  if (failed === undefined) yield* checkEndpoint(relay, way, context);
  else for (const name of ['relay.upgrade', 'relay.identity']) yield notTried(name, failed);
}

async function* checkEndpoint(
  relay: URL,
  way: Way,
  { state, clock, times, signal, skews, reads }: CheckContext,
): AsyncGenerator<Check> {
  const { identity } = state;
  const url = linkAddress(relay);
  const toError = (error: unknown) => connectFailure('relay', url.href, error);
  const options = { name: 'relay.upgrade', timeoutMs: times.upgradeMs, signal, toError };
  const upgrade = await step<UpgradeResult>(options, async (limit) => {
    const began = clock.now();
    const tokenAt = (ms: number) => (identity === null ? undefined : upgradeToken(identity, ms));
    const first = await tryUpgrade(url, way, await tokenAt(began), limit);
    const skew = skewOf(first.outcome === 'answered' ? first.answer.serverTime : first.headers.date, clock.now());
    if (skew !== undefined) skews.relay = skew;
    // The agent corrects its clock the same way; the check of the clock reports a wrong one.
    const correction = correctionFor(skew ?? 0);
    const again = first.outcome === 'refused' && first.refusal.code === 'AGENT_TOKEN_INVALID' && correction !== 0;
    const answer = again ? await tryUpgrade(url, way, await tokenAt(clock.now() + correction), limit) : first;
    const now = clock.now();
    if (answer.outcome === 'answered') reads.wanted = answer.answer.fields ?? 'unsaid';
    return { ...upgradeVerdict(url.href, answer, now - began), value: answer };
  });
  yield upgrade.check;
  if (upgrade.value === undefined) yield notTried('relay.identity', 'relay.upgrade');
  else yield identityCheck(url.href, upgrade.value, identity);
}

/**
 * Pure. A refusal in the relay's own words proves that there is a relay and that the WebSocket's headers got through.
 *
 * @throws HallpassError RELAY_INTERCEPTED, RELAY_UPGRADE_LOST, RELAY_REFUSED, and errors that the relay reports
 */
export function upgradeVerdict(url: string, answer: UpgradeResult, ms: number): Verdict {
  if (answer.outcome === 'answered') return pass(`A WebSocket opens, and the relay's answer comes through (${ms} ms).`);
  const { status, headers, refusal } = answer;
  const intercepted = interception(url, answer);
  if (intercepted !== undefined) throw intercepted;
  if (refusal.code === undefined) throw fail('RELAY_REFUSED', { url, status: plainStatus(status, headers) });
  if (status === 429 || status >= 500) throw relayError(url, status, refusal, undefined);
  return pass(`A relay answers (status ${status}, ${ms} ms).`);
}

/** Pure. */
export function identityCheck(url: string, answer: UpgradeResult, identity: Identity | null): Check {
  const name = 'relay.identity';
  const verdict = identityVerdict(url, answer, identity);
  return verdict instanceof HallpassError ? failure(name, verdict) : { name, ...verdict };
}

function identityVerdict(url: string, answer: UpgradeResult, identity: Identity | null): Verdict | HallpassError {
  if (identity === null) return fail('NOT_ENROLLED', {});
  if (answer.outcome === 'answered') {
    const { tenantId, tenantName, relayVersion } = answer.answer;
    if (tenantId !== identity.tenantId) return fail('AGENT_UNKNOWN', { url });
    return pass(`The relay (version ${relayVersion}) knows agent ${identity.agentId} of ${tenantName}.`);
  }
  const { status, refusal } = answer;
  if (refusal.code === 'PROTOCOL_UNSUPPORTED' && refusal.message?.includes(checkSubprotocol)) {
    const action =
      'Run "hallpass-agent status" to see whether cycles succeed, and have the relay updated so that it can answer this check.';
    return warn('The relay is older than this check and does not say whether it knows this agent.', action);
  }
  return relayError(url, status, refusal, undefined);
}
