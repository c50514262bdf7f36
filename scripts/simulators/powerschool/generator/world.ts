/** What all parts of the generator share: randomness, dates and the counters for keys. */
import { addDays, type SchoolYear, schoolYear, schoolYearOf } from './calendar.ts';
import { Random } from './random.ts';

/** ID differs from DCID, as in a real database, so that a join on the wrong one is noticed. */
const idOffsets = {
  schools: 40,
  courses: 310,
  sections: 7_200,
  students: 1_500,
  schoolstaff: 640,
  cc: 90_000,
  reenrollments: 2_000,
} as const;

type Keyed = keyof typeof idOffsets;
type Counted =
  | Keyed
  | 'terms'
  | 'users'
  | 'sectionteacher'
  | 'person'
  | 'emailaddress'
  | 'personemailaddressassoc'
  | 'psm_studentcontact';

export interface World {
  random: Random;
  today: string;
  year: SchoolYear;
  lastYear: SchoolYear;
  /** The next value of a table's own key. */
  next(table: Counted): number;
  /** The next DCID of a table, with the ID that goes with it. */
  keys(table: Keyed): { dcid: number; id: number };
  /** A TRANSACTION_DATE: NULL on a third of the rows, as in an old database. */
  transactionDate(): string | null;
}

export const roles = [
  { id: 1, name: 'Lead Teacher', description: 'Teacher of record' },
  { id: 2, name: 'Co-teacher', description: 'Teaches beside the lead teacher' },
  { id: 3, name: 'Teacher Aide', description: null },
  { id: 4, name: 'Long-term Substitute', description: null },
];
export const leadRole = 1;

export const contactTypes = [
  { id: 1, name: 'Mother' },
  { id: 2, name: 'Self' },
];

export const graduatedSchoolNumber = 999_999;
/** SchoolID of the district office: staff, terms and courses have it, but SCHOOLS has no such row. */
export const districtOffice = 0;

export function createWorld(options: { seed: number; today: string }): World {
  const random = new Random(options.seed);
  const counters = new Map<Counted, number>();
  const year = schoolYearOf(options.today);
  const stamps = Array.from({ length: 400 }, (_, index) => {
    const clock = `${String(7 + (index % 12)).padStart(2, '0')}:${String(index % 60).padStart(2, '0')}:00`;
    return `${addDays(options.today, -1 - index)} ${clock}`;
  });
  const next = (table: Counted) => {
    const value = (counters.get(table) ?? 0) + 1;
    counters.set(table, value);
    return value;
  };
  return {
    random,
    today: options.today,
    year,
    lastYear: schoolYear(year.startYear - 1),
    next,
    keys: (table) => {
      const dcid = next(table);
      return { dcid, id: dcid + idOffsets[table] };
    },
    transactionDate: () => (random.chance(1 / 3) ? null : random.pick(stamps)),
  };
}
