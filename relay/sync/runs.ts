/**
 * The runs of one turn: each due profile is decided, and what the guard lets pass is admitted to one engine, so that none of them
 * waits for another. What changes meanwhile is decided again at once and goes first. A profile that cannot be decided stops no other.
 */
import { timestamp } from '../../shared/clock.ts';
import type { NamedPerson } from '../identity/names.ts';
import { addKeys, isEmpty, type Keys, keysOfObjects, noKeys, objectsOfKeys } from '../model/keys.ts';
import { countOperations, type Operation, type Plan, plannedFor } from '../model/operation.ts';
import type { Origin } from '../schedule/traits.ts';
import { handOverLinks } from '../store/accounts/handover.ts';
import { addLinks } from '../store/accounts/links.ts';
import { record } from '../store/applied/applied.ts';
import type { Basis } from '../store/changes/basis.ts';
import { removeFound } from '../store/directory/found.ts';
import { beginRun, notePlanned } from '../store/runs/journal.ts';
import { replaceWaiting } from '../store/runs/waiting.ts';
import { Backlog } from './apply/backlog.ts';
import { Engine, type Planner } from './apply/engine.ts';
import type { Withdrawn } from './apply/replanning.ts';
import type { RunAccount } from './apply/task.ts';
import { decide, type UnderWay } from './decide.ts';
import { holdBack } from './guard-step.ts';
import type { OpenCreation } from './intents.ts';
import { addMostLinks } from './new-links.ts';
import type { News } from './news.ts';
import { PeopleNow } from './people-now.ts';
import { preview } from './preview.ts';
import { ProfileRun, type RunContext, type RunReport } from './run.ts';
import { logHandovers, logHolds, logPlan, logTakenOver } from './run-log.ts';
import { forgetFound, served } from './state/adoption.ts';
import { addPlanned, noteMade, noteNames } from './state/memory.ts';
import type { ProfileState, TenantState } from './state/tenant-state.ts';
import { takeDecision } from './take-decision.ts';

export interface RunsOptions {
  tenant: TenantState;
  /** The district's date, YYYY-MM-DD. */
  today: string;
  news: News;
  /** Whether anything may be written now; once it may not, the turn ends, and what is unsent is left to a later one. */
  mayWrite(): boolean;
  /** What keeps profiles from writing. */
  basis: Pick<Basis, 'quarantined' | 'blackouts'>;
  /** Whether somebody is to be provisioned at once. */
  isAsked: boolean;
}

export class Runs implements Planner {
  readonly #context: RunContext;
  readonly #tenant: TenantState;
  readonly #today: string;
  readonly #news: News;
  readonly #backlog: Backlog;
  readonly #engine: Engine;
  readonly #people: PeopleNow;
  /** By profile, the newest one; those before it are over. */
  readonly #runs = new Map<string, ProfileRun>();
  readonly #previews = new Map<string, RunReport>();
  /** Creations of a killed run, which are looked up. */
  #creations: readonly Operation[] = [];
  /** Whether something was touched by what came of an operation. */
  #isTouched = false;
  #arePreviewsOld = false;
  /** What the next turn plans again. */
  readonly #later: Keys = noKeys();

  constructor(context: RunContext, { tenant, today, news, mayWrite, basis, isAsked }: RunsOptions) {
    this.#context = context;
    this.#tenant = tenant;
    this.#today = today;
    this.#news = news;
    const { applied, accounts, recent, isEverythingRead, habits, exempt } = tenant;
    const ofTenant = { ...context, applied, accounts, recent, isEverythingRead, habits, exempt };
    this.#backlog = new Backlog(ofTenant, (operation) => this.touch(operation));
    this.#engine = new Engine(this.#backlog, this, mayWrite);
    const { replanning } = this.#backlog;
    const touch = (operation: Operation) => this.touch(operation);
    const admit = (operations: Plan, run: RunAccount) => this.#engine.admit(operations, run, 'edit');
    this.#people = new PeopleNow({ context, tenant, today, basis, replanning, admit, touch });
    this.#isTouched = isAsked;
    news.listen(() => this.#engine.stir());
  }

  /** Has it looked up what a killed run left unanswered. To be called before anything is decided. */
  lookUp(creations: readonly OpenCreation[]): void {
    if (creations.length === 0) return;
    this.#creations = creations.map(({ operation }) => operation);
    this.#backlog.lookUp(creations, this.#killedRun());
  }

  /** Decides what there is to do for a profile, and begins its run; of one that does not write, it is the whole run. */
  async begin(state: ProfileState): Promise<void> {
    const { name } = state.profile;
    const context = { ...this.#context, log: this.#context.log.child({ profile: name }) };
    context.log.info({ event: 'run.started' }, 'run started');
    if (state.profile.state === 'enabled') await this.#decide(context, state, 'load', []);
    else this.#previews.set(name, await preview(context, state, this.#today));
  }

  /** Works off what was admitted. @throws the signal's reason */
  async work(): Promise<void> {
    await this.#engine.work();
    await this.#people.settle();
    for (const run of [...this.#runs.values(), ...this.#people.runs]) addKeys(this.#later, run.leftovers);
    for (const state of this.#tenant.profiles.values()) addKeys(state.pending, this.#later);
  }

  /** When another turn is due, milliseconds; undefined where nothing says so. */
  get dueAt(): number | undefined {
    const isAtOnce = this.#news.replacedBy !== undefined || this.#arePreviewsOld;
    return isAtOnce ? this.#context.clock.now() : this.#engine.dueAt;
  }

  /** What they came to, by profile, of those that came to their end. */
  reports(): Map<string, RunReport> {
    const reports = new Map(this.#previews);
    for (const [name, { report }] of this.#runs) if (report !== undefined) reports.set(name, report);
    return reports;
  }

  /** Why runs ended before their time, by profile. */
  failures(): Map<string, unknown> {
    const broken = [...this.#runs].filter(([, { report }]) => report === undefined);
    return new Map(broken.map(([name, { error }]) => [name, error]));
  }

  isDue(): boolean {
    return this.#isTouched || this.#news.isDue;
  }

  touch(operation: Operation): void {
    this.#tenant.touch(keysOfObjects(plannedFor(operation)));
    this.#isTouched = true;
  }

  async plan(): Promise<boolean> {
    this.#isTouched = false;
    const { isDecided, isRosterNew } = await this.#news.take(this.#context, this.#tenant, this.#today);
    if (this.#news.replacedBy !== undefined) return false;
    if (isRosterNew && this.#previews.size > 0) this.#arePreviewsOld = true;
    await this.#people.take(
      (profile) => this.#runs.has(profile),
      (state) => this.#underWay(state),
    );
    const states = [...this.#runs.keys()].flatMap((name) => this.#tenant.profiles.get(name) ?? []);
    const touched = noKeys();
    for (const { pending } of states) addKeys(touched, pending);
    // Before anything is decided: what is withdrawn is not under way.
    const { withdrawn } = this.#backlog.replanning.withdraw(objectsOfKeys(touched));
    for (const state of states) {
      const { name } = state.profile;
      const isConcerned = !isEmpty(state.pending) || (isDecided && (this.#runs.get(name)?.held.length ?? 0) > 0);
      if (!isConcerned) continue;
      const context = { ...this.#context, log: this.#context.log.child({ profile: name }) };
      await this.#decide(context, state, 'edit', withdrawn);
    }
    this.#backlog.replanning.discard();
    return true;
  }

  /**
   * Decides what is pending for a profile, and admits it.
   *
   * @param before operations that were withdrawn because of what is pending
   */
  async #decide(context: RunContext, state: ProfileState, origin: Origin, before: readonly Withdrawn[]): Promise<void> {
    const { store, tenantId, clock } = context;
    const tenant = this.#tenant;
    const { name } = state.profile;
    const known = this.#runs.get(name);
    const run = known?.isOver === false ? known : undefined;
    const decided = decide(state, this.#today, this.#underWay(state));
    takeDecision(state, decided);
    const { newLinks, handovers, there, problems } = decided;
    const pending = origin === 'load' ? this.#creations.flatMap(plannedFor) : objectsOfKeys(state.pending);
    const { withdrawn, stays } = this.#backlog.replanning.withdraw(pending);
    const isPending = new Set(pending);
    const held = (run?.held ?? []).filter((operation) => !plannedFor(operation).some((key) => isPending.has(key)));
    const plan = [...this.#backlog.replanning.withoutStaying(decided.plan, stays), ...held];
    const readings = served(tenant, there);
    const lastLinks = await addMostLinks(context, decided);
    const { checked, runId } = await store.withTenant(tenantId, async (scope) => {
      const now = timestamp(clock);
      await handOverLinks(scope, handovers, now);
      await addLinks(scope, lastLinks, now);
      await record(scope, there, [], now);
      await removeFound(scope, readings);
      const inUse = run?.approvalsInUse ?? [];
      const checked = await holdBack(scope, state, plan, now, {
        inUse,
        underWay: () => this.#backlog.replanning.counted(),
      });
      return { checked, runId: run?.runId ?? (await beginRun(scope, name, countOperations(plan), now)) };
    });
    for (const { from, link } of handovers) tenant.handOver(from, link);
    for (const link of newLinks) tenant.addLink(link);
    noteNames(checked.proceed, tenant);
    // What is touched from now on is planned again.
    state.donePlanning();
    logHandovers(context, handovers);
    logTakenOver(context, state, there);
    forgetFound(tenant, readings, there);
    logPlan(context, plan, checked);
    logHolds(context, checked);
    const open = run ?? new ProfileRun(context, state, runId, (operation) => this.touch(operation));
    this.#runs.set(name, open);
    const proceed = await this.#people.goAhead(state, decided, checked, stays);
    open.extend({ checked: { ...checked, proceed }, problems });
    this.#engine.admit(proceed, open, origin);
    this.#admitRest([...before, ...withdrawn], isPending);
    if (run !== undefined) {
      await store.withTenant(tenantId, (scope) => notePlanned(scope, runId, run.planned));
    }
  }

  /** People of a group of which only some are planned again: the others join as before. */
  #admitRest(withdrawn: readonly Withdrawn[], isPending: ReadonlySet<string>): void {
    for (const { operation, run, origin } of withdrawn) {
      if (!('people' in operation) || 'sectionId' in operation) continue;
      const people = operation.people.filter((key) => !isPending.has(key));
      if (people.length > 0) this.#engine.admit([{ ...operation, people }], run, origin);
    }
  }

  #underWay({ pending }: ProfileState): UnderWay {
    const held = new Map<string, Operation>();
    for (const run of this.#runs.values()) {
      for (const operation of run.held) if (operation.kind === 'createUser') held.set(operation.personKey, operation);
    }
    return {
      accountFor: (key) => {
        const coming = this.#backlog.replanning.creationOf(key);
        if (coming !== undefined) return namedIn(coming);
        const waiting = pending.people.has(key) ? undefined : held.get(key);
        return waiting && namedIn(waiting);
      },
      isRefused: (key) => [...this.#runs.values(), ...this.#people.runs].some((run) => run.leftovers.people.has(key)),
    };
  }

  /** Those whose answers a killed run never saw: what is found is planned again, and what cannot be looked up is for the next turn. */
  #killedRun(): RunAccount {
    const { store, tenantId } = this.#context;
    return {
      runId: '',
      done: (operation) => {
        noteMade(operation, this.#tenant);
        this.touch(operation);
      },
      refused: (operation) => addPlanned(this.#later, operation),
      left: (operation) => addPlanned(this.#later, operation),
      broke: () => undefined,
      over: ({ waiting }) =>
        store.withTenant(tenantId, (scope) => replaceWaiting(scope, { runId: '', profile: '' }, waiting)),
    };
  }
}

function namedIn(operation: Operation): NamedPerson | undefined {
  if (operation.kind !== 'createUser' || operation.user.creation === undefined) return undefined;
  const { person, creation, replaces } = operation.user;
  return { person, ...creation, ...(replaces === undefined ? {} : { replaces }) };
}
