/** A district of the demanding kind: Hallpass makes the accounts, so that names, licenses and given user names are kept of everybody. */
import { createHash } from 'node:crypto';
import type { RosterRecord } from '../../../shared/roster.ts';

export const today = '2026-11-24';

const perStudent = 8;
const perClass = 40;
const givenNames = ['Ana', 'Ben', 'Chloë', 'Daniyar', 'Esperanza', 'Fatima', 'Gabriel', 'Hyun-woo', 'Ivana', 'José'];
const surnames = [
  'Abernathy',
  'Böhm',
  'Castillo',
  'Delacroix',
  'Eriksen',
  'Fitzgerald',
  'García Márquez',
  "O'Neil",
  'Šimić',
];

/** As both builds take it. */
export const profileDocument = {
  version: 1,
  name: 'bench',
  mode: { students: 'create', teachers: 'create' },
  identity: {},
  domains: { students: 'students.contoso.edu', teachers: 'contoso.edu' },
  licenses: {
    students: '314c4481-f395-4525-be8b-2ec4bb1e9d91',
    teachers: '94763226-9b3c-4e75-a931-5c89701abe66',
    usageLocation: 'US',
  },
  schools: 'all',
  properties: { student: ['studentNumber', 'grade'], teacher: ['teacherNumber'] },
};

/** Teachers are a twentieth of the students, sections a fifth. */
export function* recordsOf(students: number): Generator<RosterRecord> {
  const schools = Math.ceil(students / 600);
  const sections = Math.ceil((students * perStudent) / perClass);
  const teachers = Math.ceil(students / 20);
  for (let index = 0; index < schools; index += 1) {
    const id = `${1000 + index}`;
    yield { kind: 'school', id, schoolId: 'district', name: `School ${index}`, schoolNumber: `${index}` };
    const year = { name: '2026-2027', yearId: '36', startDate: '2026-08-17', endDate: '2027-06-11' };
    yield { kind: 'term', id: `${5000 + index}`, schoolId: id, ...year };
  }
  const school = (index: number) => 1000 + (index % schools);
  for (let index = 0; index < sections; index += 1) {
    const schoolId = `${school(index)}`;
    const courseNumber = `C${index % 200}`;
    const course = { sectionNumber: `${index % 9}`, courseNumber, courseName: `Course of ${courseNumber}` };
    yield { kind: 'section', id: `${200_000 + index}`, schoolId, termId: `${5000 + (index % schools)}`, ...course };
    const teacherId = `${300_000 + (index % teachers)}`;
    const lead = { sectionId: `${200_000 + index}`, teacherId, role: 'Lead Teacher', isLead: true } as const;
    yield { kind: 'teacherRoster', id: `${400_000 + index}`, schoolId, ...lead };
  }
  for (let index = 0; index < teachers; index += 1) {
    const names = namesOf(index, 't');
    const teacherNumber = `${70_000 + index}`;
    yield { kind: 'teacher', id: `${300_000 + index}`, schoolId: `${school(index)}`, ...names, teacherNumber };
  }
  for (let index = 0; index < students; index += 1) {
    const schoolId = `${school(index)}`;
    const studentId = `${500_000 + index}`;
    const values = { ...namesOf(index, ''), studentNumber: `${4_000_000 + index}`, grade: `${(index % 13) - 0}` };
    yield { kind: 'student', id: studentId, schoolId, ...values };
    for (let of = 0; of < perStudent; of += 1) {
      const sectionId = `${200_000 + ((index * perStudent + of * 7919) % sections)}`;
      const id = `${10_000_000 + index * perStudent + of}`;
      const startDate = index % 20 === 0 ? `2026-09-${String(1 + (index % 28)).padStart(2, '0')}` : '2026-08-17';
      const dates = { startDate, endDate: '2027-06-12' };
      yield { kind: 'studentEnrollment', id, schoolId, sectionId, studentId, ...dates };
    }
  }
}

function namesOf(index: number, mark: string): { username: string; givenName: string; surname: string } {
  const givenName = givenNames[index % givenNames.length] ?? '';
  const surname = surnames[(index * 7) % surnames.length] ?? '';
  const plain = `${givenName}.${surname}`
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z.]/g, '');
  return { username: `${plain}${mark}${index}`, givenName, surname };
}

/** An object id as Microsoft has them: the same for the same name. */
export function objectIdOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [8, 4, 4, 4, 12].map((length, part) => hex.slice(part * 12, part * 12 + length)).join('-');
}
