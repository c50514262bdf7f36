/** The display names of classes, formed by the profile's pattern. */
import type { School, Section, Term } from '../../shared/roster.ts';
import type { Person } from '../model/person.ts';
import { type ClassOptions, sectionNameValues } from '../profile/classes.ts';
import { fillPattern, parsePattern } from '../profile/pattern.ts';

/** Graph's limit for the displayName of groups, in UTF-16 units. */
const longest = 256;

export interface ClassParts {
  section: Section;
  term: Term | undefined;
  school: School | undefined;
  /** Called only by a pattern that names the teacher. */
  teacher: () => Person | undefined;
}

/** A class's name in PowerSchool, whatever it is called in Microsoft 365. */
export function sourceName({ courseName, sectionNumber }: Section): string {
  return cut(`${courseName} - ${sectionNumber}`, longest);
}

/** Names classes by a profile's pattern; an empty result is replaced by PowerSchool's name. */
export function classNamer({ name, unsupportedCharacters }: ClassOptions): (parts: ClassParts) => string {
  const pattern = parsePattern(name);
  return (parts) => {
    const filled = fillPattern(pattern, (value) => valueFor(value, parts));
    const written = unsupportedCharacters === 'replace' ? replaceUnsupported(filled) : filled;
    return cut(written, longest).trim() === '' ? sourceName(parts.section) : cut(written, longest);
  };
}

function valueFor(name: string, { section, term, school, teacher }: ClassParts): string | undefined {
  switch (name) {
    case 'courseName':
      return section.courseName;
    case 'courseNumber':
      return section.courseNumber;
    case 'sectionNumber':
      return section.sectionNumber;
    case 'termName':
      return term?.name;
    case 'schoolName':
      return school?.name;
    case 'schoolNumber':
      return school?.schoolNumber;
    case 'teacher':
      return fullName(teacher());
    case 'teacherSurname':
      return teacher()?.surname;
    default:
      return sectionNameValues.includes(name) ? optionalValue(name, section) : undefined;
  }
}

function optionalValue(name: string, section: Readonly<Record<string, unknown>>): string | undefined {
  const value = section[name];
  return typeof value === 'string' ? value : undefined;
}

function fullName(person: Person | undefined): string | undefined {
  return [person?.givenName, person?.surname].filter((part) => part !== undefined).join(' ') || undefined;
}

/**
 * School Data Sync's option "replace unsupported special characters": each becomes `_`, white space stays. Its own
 * table is not published; these are the characters that SharePoint, which holds a class's files, refuses in names.
 */
export function replaceUnsupported(text: string): string {
  return text.replace(/[~"#%&*:<>?/\\{|}\p{Cc}]/gu, (character) => (/\s/.test(character) ? character : '_'));
}

/** At most `length` UTF-16 units, never half a character. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
