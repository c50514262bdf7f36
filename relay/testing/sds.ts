/** The small roster's tenant as School Data Sync would have left it. */
import type { DirectoryFile } from '../../scripts/simulators/microsoft/directory-file.ts';
import { type SdsDistrict, type SdsOptions, seedSds } from '../../scripts/simulators/microsoft/sds-seed.ts';
import type { RosterRecord } from '../../shared/roster.ts';

/** @param ids what School Data Sync took as SIS ids of people and schools */
export function afterSds(
  records: readonly RosterRecord[],
  options: Omit<SdsOptions, 'seed'>,
  ids: 'dcid' | 'number' = 'dcid',
): (file: DirectoryFile) => DirectoryFile {
  return (file) => seedSds(file, sdsDistrict(records, ids), { seed: 1, ...options });
}

function sdsDistrict(records: readonly RosterRecord[], ids: 'dcid' | 'number'): SdsDistrict {
  const schools: SdsDistrict['schools'][number][] = [];
  const sections: SdsDistrict['sections'][number][] = [];
  const people: SdsDistrict['people'][number][] = [];
  const memberships: SdsDistrict['memberships'][number][] = [];
  const sisIds = new Map<string, string>();
  const sisId = (key: string, dcid: string) => sisIds.get(`${key} ${dcid}`) ?? dcid;
  for (const record of records) {
    const number =
      record.kind === 'student' ? record.studentNumber : record.kind === 'school' ? record.schoolNumber : undefined;
    if (ids === 'number' && number !== undefined) sisIds.set(`${record.kind} ${record.id}`, number);
  }
  for (const record of records) {
    switch (record.kind) {
      case 'school':
        schools.push({ id: sisId('school', record.id), name: record.name, number: record.schoolNumber });
        break;
      case 'section': {
        const { id, courseName, courseNumber, sectionNumber } = record;
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
          sectionId: record.sectionId,
          role: 'student',
          personId: sisId('student', record.studentId),
        });
        break;
      case 'teacherRoster':
        memberships.push({ sectionId: record.sectionId, role: 'teacher', personId: record.teacherId });
        break;
    }
  }
  return { schools, sections, people, memberships };
}
