/** The optional fields that agents must send for a profile to work: nothing else leaves the district. */
import { kinds, preRegisteredMark, type WantedFields } from '../../shared/roster.ts';
import type { Role } from '../model/role.ts';
import { propertiesRead, propertyRead } from './adoption.ts';
import { sectionNameValues } from './classes.ts';
import { needsGrades } from './groups.ts';
import { sources } from './identity-rules.ts';
import { parsePattern } from './pattern.ts';
import type { Profile } from './profile.ts';

export function wantedFields(profile: Profile): WantedFields {
  const wanted: WantedFields = {};
  for (const kind of kinds) {
    const fields = new Set(profile.properties[kind] ?? []);
    if (kind === 'student') for (const field of fieldsOfRole(profile, 'students')) fields.add(field);
    // Asking for the mark means asking for those who have it: otherwise agents leave them out.
    if (kind === 'student' && profile.preRegistered) fields.add(preRegisteredMark);
    if (kind === 'student' && needsGrades(profile.groups)) fields.add('grade');
    if (kind === 'teacher') for (const field of fieldsOfRole(profile, 'teachers')) fields.add(field);
    if (kind === 'section') for (const field of fieldsOfSections(profile)) fields.add(field);
    if (fields.size > 0) wanted[kind] = [...fields].sort();
  }
  return wanted;
}

function* fieldsOfSections({ classes, adoption, state }: Profile): Iterable<string> {
  const { values } = parsePattern(classes.name);
  yield* sectionNameValues.filter((name) => values.has(name));
  const read = propertyRead(adoption, 'sections');
  if (read !== undefined) yield read;
  // In a preview, the ids of a previous tool are tried out: row numbers, which identify nobody.
  if (state === 'preview') yield* propertiesRead('sections');
}

function* fieldsOfRole({ mode, identity, accounts, classes, adoption }: Profile, role: Role): Iterable<string> {
  const read = propertyRead(adoption, role);
  if (read !== undefined) yield read;
  if (identity.compareAll) yield* sources[role];
  if (mode[role] === 'match') for (const rule of identity[role] ?? []) yield rule.source;
  // Creating an account requires a user name and a display name.
  if (mode[role] === 'create') {
    const { username } = accounts[role];
    yield* username === 'username' ? [username] : parsePattern(username.pattern).values;
    yield* ['givenName', 'surname'];
  }
  if (role === 'students') return;
  const { values } = parsePattern(classes.name);
  if (values.has('teacher')) yield 'givenName';
  if (values.has('teacher') || values.has('teacherSurname')) yield 'surname';
}
