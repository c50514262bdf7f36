/**
 * A school year that is rolled over at night: most sections of a school are replaced, and most students are out of those that
 * stay. Hallpass holds what that would take away. Pure.
 */
import type { District } from './oracle/district.ts';

/** The guard takes it for a rollover when more than half of a school's sections are new. */
const replacedShare = 0.6;

/** Edits of `POST /_sim/edit`. */
export function rollover({ schools, sections, enrollments }: District): object[] {
  const [school] = schools;
  const own = sections.filter((section) => section.school === school?.dcid);
  const replaced = own.slice(0, Math.ceil(own.length * replacedShare));
  const kept = new Set(own.slice(replaced.length).map(({ dcid }) => dcid));
  return [
    ...replaced.map(({ dcid }) => ({ op: 'deleteSection', sectionId: Number(dcid) })),
    ...replaced.map(({ courseNumber, number }) => ({
      op: 'addSection',
      schoolId: Number(school?.dcid),
      courseNumber,
      sectionNumber: number,
    })),
    ...enrollments
      .filter(({ section }, at) => kept.has(section) && at % 3 > 0)
      .map(({ dcid }) => ({ op: 'drop', ccId: Number(dcid) })),
  ];
}
