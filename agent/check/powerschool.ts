/** Does PowerSchool answer, does it accept the client id and secret, and does it grant what the plugin asks for? */
import { fail } from '../../shared/errors.ts';
import { trustedAuthorities } from '../../shared/trust.ts';
import { powerschoolAddress } from '../model/addresses.ts';
import { Meter } from '../model/meter.ts';
import { connectFailure } from '../network/failure.ts';
import { openProxy, type Way } from '../network/proxy.ts';
import { Calls } from '../powerschool/calls.ts';
import { PowerSchoolHttp } from '../powerschool/http.ts';
import { Metadata } from '../powerschool/metadata.ts';
import { V1Client } from '../powerschool/rest/v1-client.ts';
import { SignIn } from '../powerschool/sign-in.ts';
import { TokenSource } from '../powerschool/token.ts';
import { skewOf } from './clock.ts';
import type { Check, CheckContext } from './finding.ts';
import { checkPath, pathChecks } from './path.ts';
import { grantsVerdict, noneThere, queriesVerdict, tryQueries } from './queries.ts';
import { fails, notTried, pass, type Step, step, type Verdict, warn } from './step.ts';
import { listsVerdict, pagesVerdict, tryLists } from './v1.ts';

const beyondPath = [
  'powerschool.metadata',
  'powerschool.token',
  'powerschool.grants',
  'powerschool.queries',
  'powerschool.pages',
];
export const powerschoolChecks = [...pathChecks('powerschool', false), ...beyondPath];

/** The oldest version known to support what Hallpass relies on (docs/relied-on.md). */
const oldestKnown = 21;

export async function* checkPowerSchool(context: CheckContext): AsyncGenerator<Check> {
  const { state, env, clock } = context;
  const { url, caFile, minIntervalMs } = state.settings.powerschool;
  let origin: URL;
  let way: Way;
  try {
    if (url === undefined)
      throw fail('NOT_CONFIGURED', { setting: 'PowerSchool address (--powerschool-url)', command: 'configure' });
    origin = powerschoolAddress(url);
    const proxy = await openProxy('powerschool', origin, state, env);
    way = { ca: await trustedAuthorities(caFile), proxy };
  } catch {
    // The check of the settings reports what is wrong.
    for (const name of powerschoolChecks) yield notTried(name, 'settings');
    return;
  }
  const failed = yield* checkPath('powerschool', origin, way, context);
  if (failed !== undefined) {
    for (const name of beyondPath) yield notTried(name, failed);
    return;
  }
  const http = new PowerSchoolHttp({ origin, ...way, minIntervalMs, clock, meter: new Meter() });
  try {
    yield* checkServer(http, context);
  } finally {
    await http.close();
  }
}

async function* checkServer(http: PowerSchoolHttp, context: CheckContext): AsyncGenerator<Check> {
  const { state, clock, signal, times, skews } = context;
  const settings = state.settings.powerschool;
  const toError = (error: unknown) => connectFailure('powerschool', http.origin, error);
  const options = (name: string, timeoutMs = times.requestMs): Step => {
    return { name: `powerschool.${name}`, timeoutMs, signal, toError };
  };
  const metadata = new Metadata(http);
  const answer = await step(options('metadata'), async (limit) => {
    const headers = { accept: 'application/json' };
    const { status, headers: answered } = await http.request({
      method: 'GET',
      path: '/ws/v1/metadata',
      headers,
      signal: limit,
    });
    const skew = skewOf(answered.date, clock.now());
    if (skew !== undefined) skews.powerschool = skew;
    const { powerschoolVersion, timeZone } = status === 200 ? await metadata.describe(limit) : {};
    return { ...metadataVerdict(http.origin, status, powerschoolVersion, timeZone), value: status === 200 };
  });
  yield answer.check;
  if (answer.value !== true) return yield* rest('powerschool.metadata');

  if (settings.clientId === undefined || state.secret === null) {
    return yield* rest('powerschool.metadata', 'settings');
  }
  const signIn = new SignIn({
    ...{ url: http.origin, stored: () => state.credentials(), file: state.paths.refusal, clock },
    byPerson: true,
  });
  const tokens = new TokenSource(http, signIn);
  const token = await step(options('token'), async () => {
    await tokens.get();
    return { ...pass('Client id and secret are accepted.'), value: true };
  });
  yield token.check;
  if (token.value !== true) return yield* rest('powerschool.token');

  const reading = { calls: new Calls(http, tokens, clock), metadata };
  if (settings.source === 'rest') yield* checkLists(reading, context);
  else yield* checkQueries(reading, context);
}

interface Reading {
  calls: Calls;
  metadata: Metadata;
}

async function* checkQueries(reading: Reading, context: CheckContext): AsyncGenerator<Check> {
  const { state, times, signal, clock, reads } = context;
  const { source, horizonDays, pageSize } = state.settings.powerschool;
  const horizon = reading.metadata.date(horizonDays);
  const trials = await tryQueries(reading.calls, { ...times, horizon, signal, now: () => clock.now() });
  // A plugin of the variant "rest" has no queries; the agent then reads /ws/v1.
  if (source === 'auto' && noneThere(trials)) return yield* checkLists(reading, context, queriesVerdict(trials));
  reads.source = 'powerquery';
  for (const trial of trials) {
    if (trial.outcome === 'answered' && trial.read !== undefined)
      reads.columns.set(trial.read.kind, trial.read.columns);
  }
  yield { name: 'powerschool.grants', ...grantsVerdict(trials) };
  yield { name: 'powerschool.queries', ...queriesVerdict(trials) };
  yield { name: 'powerschool.pages', ...pass(`${pageSize} rows per request; PowerQueries have no limit.`) };
}

/** @param otherwise the finding about the queries, for when /ws/v1 does not work either */
async function* checkLists(
  { calls, metadata }: Reading,
  { state, times, signal, clock, reads }: CheckContext,
  otherwise?: Verdict,
): AsyncGenerator<Check> {
  const toError = (error: unknown) => connectFailure('powerschool', calls.http.origin, error);
  const client = new V1Client(calls, clock, state.settings.powerschool.minIntervalMs);
  const options = { name: 'powerschool.grants', timeoutMs: 5 * times.requestMs, signal, toError };
  const access = await step(options, (limit) => tryLists(client, limit));
  yield access.check;
  if (access.value !== undefined) {
    reads.source = 'rest';
    yield { name: 'powerschool.queries', ...listsVerdict(access.value) };
    yield { name: 'powerschool.pages', ...pagesVerdict(metadata) };
    return;
  }
  if (otherwise === undefined) yield notTried('powerschool.queries', 'powerschool.grants');
  else yield { name: 'powerschool.queries', ...otherwise };
  yield notTried('powerschool.pages', 'powerschool.grants');
}

/** The checks after `done` are not run, because of `done` or of another failed check. */
async function* rest(done: string, because = done): AsyncGenerator<Check> {
  for (const name of beyondPath.slice(beyondPath.indexOf(done) + 1)) yield notTried(name, because);
}

function metadataVerdict(
  origin: string,
  status: number,
  version: string | undefined,
  timeZone: string | undefined,
): Verdict {
  if (status !== 200) {
    const action = fail('POWERSCHOOL_WRONG_HOST', { url: origin, status }).action;
    return fails(`${origin} answers, but not as PowerSchool does: /ws/v1/metadata has status ${status}.`, action);
  }
  if (version === undefined)
    return warn(`${origin} does not report its version.`, 'Check whether this is the PowerSchool server.');
  const fact = `PowerSchool ${version}, time zone ${timeZone ?? 'unknown'}.`;
  return Number.parseInt(version, 10) < oldestKnown
    ? warn(fact, `Hallpass knows PowerSchool from version ${oldestKnown} on: an update is advisable.`)
    : pass(fact);
}
