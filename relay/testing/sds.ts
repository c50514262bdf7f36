/** The small roster's tenant as School Data Sync would have left it. */
import type { DirectoryFile } from '../../scripts/simulators/microsoft/directory-file.ts';
import {
  dcids,
  type SdsDistrict,
  type SdsOptions,
  type SisIds,
  seedRoster,
  seedSds,
} from '../../scripts/simulators/microsoft/sds-seed.ts';
import type { RosterRecord } from '../../shared/roster.ts';

/** @param ids what School Data Sync took as SIS ids of people and schools */
export function afterSds(
  records: readonly RosterRecord[],
  options: Omit<SdsOptions, 'seed'>,
  ids: keyof typeof sisIdsOf = 'dcid',
): (file: DirectoryFile) => DirectoryFile {
  return (file) => seedSds(file, sdsDistrict(records, sisIdsOf[ids]), { seed: 1, ...options });
}

const sisIdsOf = {
  dcid: dcids,
  /** A district's own CSV files. */
  number: {
    ...dcids,
    school: ({ number }) => number,
    person: ({ role, dcid, number }) => (role === 'student' ? (number ?? dcid) : dcid),
  } satisfies SisIds as SisIds,
  'seed-roster': seedRoster,
};

/** SECTIONS.ID of a section: never its DCID, but that of another one. */
function localIdOf(dcid: string): string {
  return String(Number(dcid) + 1);
}

/** The records as agents send them where a profile asks for SECTIONS.ID. */
export function withLocalIds(records: readonly RosterRecord[]): RosterRecord[] {
  return records.map((one) => (one.kind === 'section' ? { ...one, localId: localIdOf(one.id) } : one));
}

function sdsDistrict(records: readonly RosterRecord[], ids: SisIds): SdsDistrict {
  const schools: SdsDistrict['schools'][number][] = [];
  const sections: SdsDistrict['sections'][number][] = [];
  const people: SdsDistrict['people'][number][] = [];
  const memberships: SdsDistrict['memberships'][number][] = [];
  const sisIds = new Map<string, string>();
  const sisId = (key: string, dcid: string) => sisIds.get(`${key} ${dcid}`) ?? dcid;
  for (const record of records) {
    const { kind, id: dcid } = record;
    const key = `${kind} ${dcid}`;
    if (kind === 'school') sisIds.set(key, ids.school({ dcid, number: record.schoolNumber }));
    if (kind === 'section') sisIds.set(key, ids.section({ dcid, localId: record.localId ?? localIdOf(dcid) }));
    if (kind === 'student') sisIds.set(key, ids.person({ role: kind, dcid, number: record.studentNumber }));
    if (kind === 'teacher') sisIds.set(key, ids.person({ role: kind, dcid, number: record.teacherNumber }));
  }
  for (const record of records) {
    switch (record.kind) {
      case 'school':
        schools.push({ id: sisId('school', record.id), name: record.name, number: record.schoolNumber });
        break;
      case 'section': {
        const { courseName, courseNumber, sectionNumber } = record;
        const id = sisId('section', record.id);
        const name = `${courseName} - ${sectionNumber}`;
        const schoolId = sisId('school', record.schoolId);
        sections.push({ id, schoolId, name, courseName, courseNumber, sectionNumber });
        break;
      }
      case 'student':
      case 'teacher':
        people.push({
          role: record.kind,
          id: sisId(record.kind, record.id),
          userPrincipalName: `${record.username}@contoso.edu`,
          schoolIds: [sisId('school', record.schoolId)],
          ...(record.kind === 'student' && record.studentNumber !== undefined ? { number: record.studentNumber } : {}),
          ...(record.kind === 'student' && record.grade !== undefined ? { grade: record.grade.padStart(2, '0') } : {}),
        });
        break;
      case 'studentEnrollment':
        memberships.push({
          sectionId: sisId('section', record.sectionId),
          role: 'student',
          personId: sisId('student', record.studentId),
        });
        break;
      case 'teacherRoster':
        memberships.push({
          sectionId: sisId('section', record.sectionId),
          role: 'teacher',
          personId: sisId('teacher', record.teacherId),
        });
        break;
    }
  }
  return { schools, sections, people, memberships };
}
