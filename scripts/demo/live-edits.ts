/** Makes edits in PowerSchool and waits until an outsider sees each of them in Graph. */
import { setTimeout as wait } from 'node:timers/promises';
import { DemoError } from './demo-error.ts';
import { type EditSteps, StepWatch } from './edit-steps.ts';
import type { Check, Edit } from './edits.ts';
import { GraphReader } from './graph-reader.ts';
import type { Inspection } from './inspect.ts';
import type { AppRegistration, Microsoft } from './microsoft.ts';
import type { Bag } from './oracle/actual.ts';
import type { PowerSchool } from './powerschool.ts';
import type { Program } from './program.ts';
import type { Programs } from './programs.ts';

/**
 * How often to look at Graph at least, until the relay has finished something, and then: Graph shows memberships up to a fifth of a
 * second later.
 */
const lookEveryMs = { before: 500, after: 20 };
const patienceMs = 60_000;

export function openReader(microsoft: Microsoft, app: AppRegistration, { actual }: Inspection): GraphReader {
  return new GraphReader({
    client: microsoft.client,
    tenantId: app.tenantId,
    clientId: app.clientId,
    clientSecret: app.secret,
    schools: byExternalId(actual.schools),
    classes: byExternalId(actual.classes),
    people: new Map(actual.users.flatMap(({ id, stamp }) => (stamp === undefined ? [] : [[stamp, id]]))),
  });
}

function byExternalId(objects: readonly { id: string; properties: Bag }[]): Map<string, string> {
  return new Map(objects.map(({ id, properties }) => [String(properties.externalId), id]));
}

export interface MadeEdit extends Pick<Edit, 'kind' | 'title'> {
  /** From the edit's commit in PowerSchool until all of it is visible in Graph. */
  seconds: number;
  steps: EditSteps;
  /** Of each program meanwhile. */
  processorSeconds: Record<string, number>;
}

export interface EditParts {
  powerschool: PowerSchool;
  reader: GraphReader;
  agent: Program;
  relay: Program;
  programs: Programs;
  signal: AbortSignal;
}

/** @throws DemoError when it does not arrive */
export async function makeEdit(edit: Edit, parts: EditParts): Promise<MadeEdit> {
  const { powerschool, agent, relay, programs } = parts;
  const before = programs.processorSeconds();
  await powerschool.client.call('POST', '/_sim/edit', { body: edit.body });
  const watch = new StepWatch(agent, relay);
  try {
    const seconds = await arrival(edit, parts);
    const processorSeconds = programs.processorSeconds();
    for (const [name, was] of Object.entries(before)) processorSeconds[name] = (processorSeconds[name] ?? was) - was;
    const { kind, title } = edit;
    return { kind, title, seconds, steps: watch.end(), processorSeconds };
  } finally {
    watch.end();
  }
}

/** @returns seconds until all of it is visible */
async function arrival(edit: Edit, { reader, relay, signal }: EditParts): Promise<number> {
  const editedAt = performance.now();
  let open: Check[] = edit.checks;
  let pauseMs = lookEveryMs.before;
  while (true) {
    const round = new AbortController();
    const over = AbortSignal.any([signal, round.signal]);
    const news = relay.next((event) => event.event === 'run.finished', over);
    news.then(
      () => {
        pauseMs = lookEveryMs.after;
      },
      () => undefined,
    );
    open = await stillOpen(open, reader);
    const passed = performance.now() - editedAt;
    if (open.length > 0 && passed < patienceMs) {
      await Promise.race([news, wait(pauseMs, undefined, { signal: over })]).finally(() => round.abort());
      continue;
    }
    round.abort();
    if (open.length === 0) return passed / 1000;
    throw new DemoError(
      `It has not arrived in Graph within ${patienceMs / 1000} seconds.`,
      'Please report these lines of the relay.',
      relay.lastLines,
    );
  }
}

/** The checks that do not hold yet; stops at the first one. */
async function stillOpen(checks: Check[], reader: GraphReader): Promise<Check[]> {
  for (const [at, check] of checks.entries()) if (!(await reader.holds(check))) return checks.slice(at);
  return [];
}
