/** A small district with both ends of the agent as doubles, and agents that work on one state folder. */

import { rootCertificates } from 'node:tls';
import { systemClock } from '../../shared/clock.ts';
import type { Kind } from '../../shared/roster.ts';
import { Agent, type AgentParts } from '../agent.ts';
import { Baselines } from '../baseline/baselines.ts';
import { ProbeMemory } from '../baseline/probe-memory.ts';
import type { AgentEvent } from '../events.ts';
import { Meter } from '../meter.ts';
import { openPowerQuerySource } from '../powerschool/powerquery.ts';
import { powerschoolSettings, settingsSchema } from '../settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { takeLock } from '../state/lock.ts';
import { enroll } from '../uplink/enroll.ts';
import type { VitalLimits } from '../uplink/vitals.ts';
import { PowerSchoolDouble, type Row } from './powerschool-double.ts';
import { RelayDouble } from './relay-double.ts';

/** Rows per request in tests: small, so that a few students already fill several pages. */
export const pageSize = 10;

export class District {
  readonly powerschool = new PowerSchoolDouble();
  readonly relay = new RelayDouble();
  readonly folder: string;
  #addresses: { powerschool: URL; relay: URL } | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Two schools with a term, a section, a teacher, some students and their enrollments each; an enrolled agent. */
  static async open(folder: string, students = 25): Promise<District> {
    const district = new District(folder);
    const { powerschool, relay } = district;
    district.#addresses = { powerschool: await powerschool.open(), relay: await relay.open() };
    relay.fields = { student: ['username', 'givenName', 'surname'], teacher: ['username'] };
    powerschool.set('school:district', [school('1', 'North'), school('2', 'South')]);
    for (const id of ['1', '2']) {
      const base = Number(id) * 1000;
      powerschool.set(`term:${id}`, [term(`${base}`)]);
      powerschool.set(`section:${id}`, [section(`${base}`, `${base}`)]);
      powerschool.set(`teacher:${id}`, [person(`${base}`, 'teacher')]);
      powerschool.set(`teacherRoster:${id}`, [
        { id: `${base}`, sectionid: `${base}`, teacherid: `${base}`, islead: '1', role: 'Lead Teacher' },
      ]);
      const ids = Array.from({ length: students }, (_, index) => `${base + index}`);
      powerschool.set(
        `student:${id}`,
        ids.map((student) => person(student, 'student')),
      );
      powerschool.set(
        `studentEnrollment:${id}`,
        ids.map((student) => enrollment(student, `${base}`, student)),
      );
    }
    const state = await AgentState.open(folder);
    await state.saveSettings(
      settingsSchema.parse({
        powerschool: { url: district.#addresses.powerschool.href, clientId: powerschool.clientId, pageSize },
      }),
    );
    await state.saveSecret(powerschool.clientSecret);
    await state.saveIdentity(
      await enroll({ relay: district.#addresses.relay, ca: [], code: relay.code, name: 'test agent' }),
    );
    return district;
  }

  /** An agent on the state folder as it is now, and its events. */
  async agent(
    stop: AbortSignal,
    vitals?: VitalLimits,
  ): Promise<{ agent: Agent; events: AgentEvent[]; parts: AgentParts }> {
    const state = await AgentState.open(this.folder);
    const { identity } = state;
    if (identity === null || this.#addresses === undefined) throw new TypeError('open the district first');
    const meter = new Meter();
    const events: AgentEvent[] = [];
    const baselines = new Baselines(state.paths.baseline);
    await baselines.scan();
    const memory = new ProbeMemory(state.paths.probe);
    await memory.load();
    const settings = powerschoolSettings(state.settings, state.secret);
    const parts: AgentParts = {
      state,
      lock: await takeLock(state.paths.lock),
      identity,
      relay: this.#addresses.relay,
      relayCa: [...rootCertificates],
      source: await openPowerQuerySource(settings, systemClock, meter),
      baselines,
      memory,
      meter,
      report: (event) => events.push(event),
      clock: systemClock,
      // No jitter: the first reconnect is immediate.
      random: () => 0,
      ...(vitals === undefined ? {} : { vitals }),
    };
    return { agent: new Agent(parts, stop), events, parts };
  }

  /** One `sync --once` of a new agent. */
  async sync(acceptEmpty: ReadonlySet<Kind> = new Set()): Promise<AgentEvent[]> {
    const { agent, events } = await this.agent(new AbortController().signal);
    await agent.syncOnce(acceptEmpty);
    return events;
  }

  async close(): Promise<void> {
    await this.powerschool.close();
    await this.relay.close();
  }

  /** Ids per bucket in PowerSchool, to be compared with the relay's. */
  ids(): Record<string, string[]> {
    return Object.fromEntries([...this.powerschool.buckets].map(([key, rows]) => [key, rows.map(idOf).sort()]));
  }
}

export function school(id: string, name: string): Row {
  return { id, name, schoolnumber: `${id}00`, city: 'Springfield' };
}

export function term(id: string): Row {
  return { id, name: 'Year', yearid: '34', startdate: '2024-08-20', enddate: '2025-06-10' };
}

export function section(id: string, termid: string): Row {
  return { id, termid, sectionnumber: '1', coursenumber: 'MATH1', coursename: 'Mathematics', courseid: '7' };
}

export function person(id: string, kind: 'student' | 'teacher'): Row {
  return { id, username: `${kind}${id}`, givenname: 'Zoë', surname: "O'Neil" };
}

export function enrollment(id: string, sectionid: string, studentid: string): Row {
  return { id, sectionid, studentid, startdate: '2024-08-20', enddate: '2025-06-11' };
}

function idOf(row: Row): string {
  return row.id ?? '';
}
