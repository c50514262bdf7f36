/**
 * People whom somebody wants provisioned at once. Where the run of their profile is under way, their part of its plan goes ahead as
 * a run of its own. Otherwise the whole plan is made, so that identities, names and guard are those of any run, and their part of it
 * alone is carried out; the rest stays pending.
 */
import { timestamp } from '../../shared/clock.ts';
import type { Applied } from '../model/applied-state.ts';
import { addKeys, asSectionId, type Keys, noKeys } from '../model/keys.ts';
import { countOperations, type Operation, type Plan, peopleOf } from '../model/operation.ts';
import { type PersonKey, personKey } from '../model/person-key.ts';
import { partOfPerson } from '../plan/of-person.ts';
import { blackoutOn } from '../profile/blackout.ts';
import { reasonToRest } from '../profile/life.ts';
import { subtract } from '../schedule/subtract.ts';
import { handOverLinks } from '../store/accounts/handover.ts';
import { addLinks } from '../store/accounts/links.ts';
import { listAgents } from '../store/agents/agents.ts';
import { record } from '../store/applied/applied.ts';
import type { Basis } from '../store/changes/basis.ts';
import { mirrorState } from '../store/roster/mirror.ts';
import { beginRunFor } from '../store/runs/journal.ts';
import { endRequest, noteTrace, openRequests, type PersonRequest } from '../store/runs/person-requests.ts';
import type { TenantScope } from '../store/store.ts';
import { updateApplied } from './apply/effects.ts';
import type { Replanning } from './apply/replanning.ts';
import { type Decided, decide, type UnderWay } from './decide.ts';
import { failRequest } from './failed-requests.ts';
import { type Checked, checkMarked } from './guard-step.ts';
import { PersonRun } from './person-run.ts';
import { profileOf, type Reluctance, type Traced, traceOf, traceWithout } from './person-trace.ts';
import type { RunContext } from './run.ts';
import { noteNames } from './state/memory.ts';
import type { ProfileState, TenantState } from './state/tenant-state.ts';

export interface PeopleNowOptions {
  context: RunContext;
  tenant: TenantState;
  /** The district's date, YYYY-MM-DD. */
  today: string;
  basis: Pick<Basis, 'quarantined' | 'blackouts'>;
  replanning: Replanning;
  admit(operations: Plan, run: PersonRun): void;
  touch(operation: Operation): void;
}

export class PeopleNow {
  readonly #options: PeopleNowOptions;
  readonly #taken = new Set<string>();
  /** By profile, those whose part of the next plan goes ahead. */
  readonly #joining = new Map<string, PersonRequest[]>();
  readonly #runs: PersonRun[] = [];

  constructor(options: PeopleNowOptions) {
    this.#options = options;
  }

  get runs(): readonly PersonRun[] {
    return this.#runs;
  }

  /**
   * Takes up requests. @param isUnderWay whether a run of the profile is under way, which plans the person again: {@link goAhead}
   * is called then
   */
  async take(isUnderWay: (profile: string) => boolean, underWay: (state: ProfileState) => UnderWay): Promise<void> {
    const { context } = this.#options;
    const open = await context.store.readTenant(context.tenantId, openRequests);
    for (const request of open.filter(({ id }) => !this.#taken.has(id))) {
      this.#taken.add(request.id);
      await this.#takeOne(request, isUnderWay, underWay).catch((error: unknown) => {
        context.signal.throwIfAborted();
        return failRequest(context, request, error, 'planning');
      });
    }
  }

  async #takeOne(
    request: PersonRequest,
    isUnderWay: (profile: string) => boolean,
    underWay: (state: ProfileState) => UnderWay,
  ): Promise<void> {
    const { tenant } = this.#options;
    const state = profileOf(tenant, request.person);
    tenant.touch(keysOf(request.person, tenant));
    if (state === undefined) await this.#skip(request);
    else if (isUnderWay(state.profile.name)) {
      const { name } = state.profile;
      this.#joining.set(name, [...(this.#joining.get(name) ?? []), request]);
    } else await this.#apart(request, state, underWay(state));
  }

  /**
   * Carries out the parts of those who have asked in a plan of their profile. @param underWay what is not in the plan because it may
   * have been sent @returns the rest of the plan
   */
  async goAhead(state: ProfileState, decided: Decided, checked: Checked, underWay: Plan): Promise<Plan> {
    const { name } = state.profile;
    const requests = this.#joining.get(name) ?? [];
    this.#joining.delete(name);
    let { proceed } = checked;
    for (const request of requests) {
      const { person } = request;
      const sent = underWay.filter((operation) => peopleOf(operation).includes(person));
      const guarded = { ...checked, proceed };
      const readAt = await this.#readAt();
      const traced = traceOf({ person, state, decided, guarded, underWay: sent, readAt, reluctance: undefined });
      proceed = partOfPerson(proceed, person).rest;
      await this.#carryOut(request, state, traced);
    }
    return proceed;
  }

  /** Writes down why runs ended before their time. */
  async settle(): Promise<void> {
    for (const run of this.#runs) await run.settle();
  }

  async #apart(request: PersonRequest, state: ProfileState, underWay: UnderWay): Promise<void> {
    const { context, today, replanning } = this.#options;
    const { person } = request;
    const decided = decide(state, today, underWay);
    const coming = replanning.admitted();
    const plan = subtract(decided.plan, coming);
    const sent = coming.filter((operation) => peopleOf(operation).includes(person));
    const now = timestamp(context.clock);
    const guarded = await context.store.readTenant(context.tenantId, (scope) =>
      checkMarked(scope, state, plan, now, replanning.counted()),
    );
    const reluctance = this.#reluctanceOf(state);
    const readAt = await this.#readAt();
    const traced = traceOf({ person, state, decided, guarded, underWay: sent, readAt, reluctance });
    await this.#carryOut(request, state, traced, decided);
  }

  /** @param decided where what was found out about the person is still to be kept */
  async #carryOut(request: PersonRequest, state: ProfileState, traced: Traced, decided?: Decided): Promise<void> {
    const { context, tenant, admit, touch } = this.#options;
    const { store, tenantId, clock, log } = context;
    const { id, person } = request;
    const { trace, own, outcome } = traced;
    const profile = state.profile.name;
    const found = decided === undefined || own.length === 0 ? nothingFound : foundFor(person, decided);
    const runId = await store.withTenant(tenantId, async (scope) => {
      const now = timestamp(clock);
      if (own.length === 0) {
        await noteTrace(scope, id, { trace, runId: null });
        await endRequest(scope, id, outcome, now);
        return undefined;
      }
      await keep(scope, found, now);
      const runId = await beginRunFor(scope, { profile, person, planned: countOperations(own), now });
      await noteTrace(scope, id, { trace, runId });
      return runId;
    });
    log.info({ event: 'run.person', profile, operations: own.length, outcome }, `one person: ${own.length} operations`);
    if (runId === undefined) return;
    for (const { from, link } of found.handovers) tenant.handOver(from, link);
    for (const link of found.newLinks) tenant.addLink(link);
    for (const one of found.there) updateApplied(tenant, one);
    noteNames(own, tenant);
    const held = trace.operations.filter((one) => one.held !== undefined).length;
    const ofRun = { ...context, log: log.child({ profile }) };
    const run = new PersonRun({ context: ofRun, state, runId, requestId: id, held, touch });
    this.#runs.push(run);
    admit(own, run);
  }

  async #skip({ id, person }: PersonRequest): Promise<void> {
    const { context, tenant } = this.#options;
    const trace = traceWithout(tenant, person, await this.#readAt());
    await context.store.withTenant(context.tenantId, async (scope) => {
      await noteTrace(scope, id, { trace, runId: null });
      await endRequest(scope, id, 'skipped', timestamp(context.clock));
    });
  }

  /** The last complete cycle, or the last look of an agent that found nothing new. */
  async #readAt(): Promise<string | undefined> {
    const { context } = this.#options;
    return await context.store.readTenant(context.tenantId, async (scope) => {
      const { committedAt } = await mirrorState(scope);
      const looks = (await listAgents(scope)).flatMap(({ revokedAt, health }) =>
        revokedAt === null && health?.lastCycleAt !== undefined ? [health.lastCycleAt] : [],
      );
      return [committedAt ?? undefined, ...looks]
        .filter((at) => at !== undefined)
        .sort()
        .at(-1);
    });
  }

  /** Hours of the schedule are for the rest: somebody is waiting for this person. */
  #reluctanceOf({ profile }: ProfileState): Reluctance | undefined {
    const { today, basis } = this.#options;
    const { name, state, dates } = profile;
    if (basis.quarantined.includes(name)) {
      const fact = `The profile "${name}" is quarantined: it writes nothing until a person resumes it.`;
      return { fact, next: 'Look at its problems, and resume it: "hallpass-relay profile resume".' };
    }
    if (state === 'paused') {
      return { fact: `The profile "${name}" is paused.`, next: 'Resume it: "hallpass-relay profile resume".' };
    }
    if (state === 'preview') {
      const fact = `The profile "${name}" is in preview, and writes nothing.`;
      return { fact, next: 'Enable it: "hallpass-relay profile enable".' };
    }
    const blackout = blackoutOn(today, basis.blackouts);
    if (blackout !== undefined) {
      const fact = `There is a blackout through ${blackout.to} (${blackout.reason}).`;
      return { fact, next: 'Wait for its end, or remove it: "hallpass-relay blackout remove".' };
    }
    const schedule = { ...profile.schedule, hours: null };
    const rest = reasonToRest({ dates, schedule }, { date: today, time: '' });
    return rest === undefined
      ? undefined
      : { fact: `Nothing is written now: ${rest}.`, next: 'Change the dates of the profile.' };
  }
}

interface Found extends Pick<Decided, 'newLinks' | 'handovers'> {
  there: Applied[];
}

const nothingFound: Found = { newLinks: [], handovers: [], there: [] };

/** What was found out about the person alone: everything else is found out again. */
function foundFor(person: PersonKey, { newLinks, handovers, there }: Decided): Found {
  const isTheirs = ({ role, personId }: { role: 'students' | 'teachers'; personId: string }) =>
    personKey(role, personId) === person;
  return {
    newLinks: newLinks.filter(isTheirs),
    handovers: handovers.filter(({ link }) => isTheirs(link)),
    there: there.flatMap(({ object, link, relations }): Applied[] => {
      if (object?.kind === 'user' && object.key === person) return [{ object, ...(link !== undefined && { link }) }];
      return relations?.items.includes(person) === true ? [{ relations: { ...relations, items: [person] } }] : [];
    }),
  };
}

async function keep(scope: TenantScope, { newLinks, handovers, there }: Found, now: string): Promise<void> {
  await handOverLinks(scope, handovers, now);
  await addLinks(scope, newLinks, now);
  await record(scope, there, [], now);
}

/** The person, their schools, and the classes in which PowerSchool or Microsoft 365 has them. */
function keysOf(person: PersonKey, { roster, applied }: TenantState): Keys {
  const keys = roster.keysOf(person);
  const schoolIds = roster.whereaboutsOf(person)?.schoolIds ?? [];
  const classes = [applied.members, applied.owners].flatMap((relation) => relation.containersOf(person));
  addKeys(keys, { ...noKeys(), schools: new Set(schoolIds), sections: new Set(classes.map(asSectionId)) });
  return keys;
}
