/** A small district whose PowerSchool and relay are simulated. */
import { AgentBench } from './agent-bench.ts';
import { PowerSchoolDouble, type Row } from './powerschool-double.ts';

/** Rows per request in tests: small, so that a few students already fill several pages. */
export const pageSize = 10;

export class District {
  readonly powerschool: PowerSchoolDouble;
  readonly bench: AgentBench;

  private constructor(powerschool: PowerSchoolDouble, bench: AgentBench) {
    this.powerschool = powerschool;
    this.bench = bench;
  }

  get relay(): AgentBench['relay'] {
    return this.bench.relay;
  }

  get folder(): string {
    return this.bench.folder;
  }

  /** Two schools with a term, a section, a teacher, some students and their enrollments each; an enrolled agent. */
  static async open(folder: string, students = 25): Promise<District> {
    const powerschool = new PowerSchoolDouble();
    const url = await powerschool.open();
    const settings = {
      'powerschool.url': url.href,
      'powerschool.clientId': powerschool.clientId,
      'powerschool.pageSize': pageSize,
    };
    const bench = await AgentBench.open(folder, settings, powerschool.clientSecret);
    bench.relay.fields = { student: ['username', 'givenName', 'surname'], teacher: ['username'] };
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
    return new District(powerschool, bench);
  }

  async close(): Promise<void> {
    await this.powerschool.close();
    await this.bench.close();
  }

  /** The ids in PowerSchool per bucket, for comparison with the relay's. */
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
