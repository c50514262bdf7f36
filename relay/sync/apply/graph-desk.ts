/**
 * The desk for Graph: batches of twenty requests, within Graph's limits. Everything is recorded in the journal before it
 * is sent, because the answer may be lost. Operations in doubt are looked up together, and set aside between two
 * look-ups.
 */
import { timestamp } from '../../../shared/clock.ts';
import { type HallpassError, passing } from '../../../shared/errors.ts';
import { batchLimit, sendBatch } from '../../graph/batch.ts';
import type { Operation } from '../../model/operation.ts';
import type { PersonKey } from '../../model/person-key.ts';
import { objectIds } from '../../operations/needs.ts';
import { hasOneByOne, isCreation, specOf } from '../../operations/registry.ts';
import type { ObjectIds, RequestOptions, WriteRequest } from '../../operations/spec.ts';
import { writeJournal } from '../../store/runs/journal.ts';
import { Admission } from './admission.ts';
import { lostAnswer, stepAfter } from './after-answer.ts';
import type { Applying } from './applying.ts';
import { conclude } from './conclude.ts';
import { journalEntry } from './effects.ts';
import { look } from './looks.ts';
import { announceAccounts, type FirstPassword } from './new-accounts.ts';
import type { Step } from './step.ts';
import { type Desk, isDoubtful, type Task } from './task.ts';

export class GraphDesk implements Desk {
  readonly service = 'graph';
  /** Enough to hide Graph's latency of about 300 ms per batch at 20 writes a second. */
  readonly parallel = 4;
  readonly atOnce = batchLimit;
  readonly #context: Applying;
  readonly #admission: Admission;

  constructor(context: Applying) {
    this.#context = context;
    this.#admission = new Admission(context.client);
  }

  enter(ready: number, isUrgent: () => boolean): Promise<number> {
    return this.#admission.enter(ready, isUrgent);
  }

  leave(count: number): void {
    this.#admission.leave(count);
  }

  async carryOut(tasks: Task[]): Promise<void> {
    for (const task of tasks) if (this.#mayBeThere(task)) task.doubt = firstLook(task.operation);
    const { true: doubtful = [], false: fresh = [] } = Object.groupBy(tasks, (task) => `${isDoubtful(task)}` as const);
    this.leave(doubtful.length);
    const halves = await Promise.allSettled([this.#lookUp(doubtful), this.#send(fresh)]);
    for (const half of halves) if (half.status === 'rejected') throw half.reason;
  }

  /**
   * Graph does not guarantee a unique name for schools, classes and security groups, so a restored older database would
   * create them again.
   */
  #mayBeThere({ operation, entry, wasLookedFor }: Task): boolean {
    if (entry !== undefined || wasLookedFor === true) return false;
    const { makes } = specOf(operation.kind);
    return makes?.hasUniqueName === false && !(makes.isReadAhead && this.#context.isEverythingRead);
  }

  async #lookUp(tasks: readonly Task[]): Promise<void> {
    const steps = await look(tasks.filter(isDoubtful), this.#context);
    for (const task of steps.keys()) task.doubt = undefined;
    await conclude(steps, this.#context);
  }

  async #send(tasks: readonly Task[]): Promise<void> {
    if (tasks.length === 0) return;
    const { client, root } = this.#context;
    const passwords = await this.#announce(tasks);
    const ids = objectIds(this.#context);
    const password = (key: PersonKey) => passwords.get(key) ?? missingPassword(key);
    const ways = tasks.map((task) => this.#isOneByOne(task));
    const requests = tasks.map(({ operation }, index) =>
      requestFor(operation, ids, { root, password }, ways[index] === true),
    );
    const answers = await sendBatch(client, requests, { isReserved: true }).catch((error: unknown) =>
      asAnswers(error, tasks.length),
    );
    const steps = new Map<Task, Step>();
    for (const [index, task] of tasks.entries()) {
      task.attempts += 1;
      steps.set(task, stepAfter(task, answers[index], ways[index] === true, this.#context));
    }
    await conclude(steps, this.#context);
  }

  #isOneByOne({ operation, isOneByOne }: Task): boolean {
    return isOneByOne === true || (this.#context.habits.ownersOneByOne && hasOneByOne(operation));
  }

  /** Records in the journal what is about to be sent, so a kill before the answer is noticed. @returns by person key */
  async #announce(tasks: readonly Task[]): Promise<Map<string, FirstPassword>> {
    const { store, tenantId, vault, clock } = this.#context;
    const fresh = tasks.filter((task) => task.entry === undefined);
    const creations = tasks.filter(({ operation }) => isCreation(operation));
    if (fresh.length + creations.length === 0) return new Map();
    for (const task of fresh) task.entry = journalEntry(task.operation, task.run.runId);
    const now = timestamp(clock);
    const passwords = await store.withTenant(tenantId, async (scope) => {
      await writeJournal(
        scope,
        fresh.flatMap(({ entry }) => entry ?? []),
        now,
      );
      const kept = new Map<string, FirstPassword>();
      for (const [run, ofRun] of Map.groupBy(creations, (task) => task.run)) {
        const operations = ofRun.map((task) => task.operation);
        const { profile } = run;
        if (profile === undefined) throw new TypeError('a run without a profile creates nothing');
        const ofThose = await announceAccounts(scope, operations, { profile, vault }, now);
        for (const [key, password] of ofThose) kept.set(key, password);
      }
      return kept;
    });
    for (const task of fresh) if (passwords.get(task.operation.key)?.isKept === true) task.hasEarlierPassword = true;
    return passwords;
  }
}

function firstLook(operation: Operation): Task['doubt'] {
  return { why: 'first', looks: 0, unanswered: 0, error: lostAnswer(operation) };
}

/** @throws TypeError for an operation of a service other than Graph */
function requestFor(operation: Operation, ids: ObjectIds, options: RequestOptions, alone: boolean): WriteRequest {
  const { request } = specOf(operation.kind);
  if (request.service !== 'graph') throw new TypeError(`${operation.key}: a team is not asked for in a batch`);
  if (!alone) return request.send(operation, ids, options);
  const first = firstOf(operation);
  return request.sendAlone?.(first, ids, options) ?? request.send(first, ids, options);
}

/** The operation for only the first of its people. */
function firstOf(operation: Operation): Operation {
  return 'people' in operation ? { ...operation, people: operation.people.slice(0, 1) } : operation;
}

function missingPassword(key: PersonKey): never {
  throw new TypeError(`the account of ${key} was not announced`);
}

/** A batch without an answer: every request in it may or may not have been carried out. */
function asAnswers(error: unknown, count: number): HallpassError[] {
  const failure = passing(error);
  return Array.from({ length: count }, () => failure);
}
