/** What classes are called and how they are created. */
import { z } from 'zod';
import { propertiesOf } from '../../shared/properties.ts';
import { patternSchema } from './pattern.ts';

/** The optional properties of sections that a class name can be made from. */
export const sectionNameValues: readonly string[] = propertiesOf('section').flatMap(({ name, inClassNames }) =>
  inClassNames === true ? [name] : [],
);

/** The values that a class name can be made from. */
export const classNameValues: readonly string[] = [
  ...['courseName', 'courseNumber', 'sectionNumber', ...sectionNameValues, 'termName', 'schoolName', 'schoolNumber'],
  ...['teacher', 'teacherSurname'],
];

/** The values in which the sections of one course differ. */
export const tellingValues: readonly string[] = ['sectionNumber', ...sectionNameValues, 'teacher', 'teacherSurname'];

/** Refuses an option that Graph does not offer, and names the way that exists. */
function impossible(reason: string) {
  return z.never({ error: reason }).optional();
}

export const classesSchema = z
  .strictObject({
    name: patternSchema(classNameValues).default('{courseName} - {sectionNumber}'),
    /** `create-only`: written once, so that teachers' renames stay, and so does the old name of a renamed course. */
    displayName: z.enum(['always', 'create-only']).default('always'),
    /** `replace`: each of `~ " # % & * : < > ? / \ { | }` becomes `_`. White space is kept as it is. */
    unsupportedCharacters: z.enum(['keep', 'replace']).default('keep'),
    /** Members of a class are hidden from everyone outside it: Microsoft creates every class that way. */
    hiddenMembership: z
      .literal(true, { error: 'Microsoft 365 creates every class with hidden membership, permanently' })
      .default(true),
    /** Creates a team for every class that has a teacher. Turning it off keeps existing teams. */
    createTeam: z.boolean().default(false),
    welcomeMail: impossible(
      'Graph offers no choice when it creates a class; in Exchange: Set-UnifiedGroup -UnifiedGroupWelcomeMessageEnabled:$false',
    ),
    hideInOutlook: impossible(
      'Graph offers no choice when it creates a class; in Exchange: Set-UnifiedGroup -HiddenFromExchangeClientsEnabled:$true',
    ),
    hideFromAddressLists: impossible(
      'Graph keeps this to signed-in users; in Exchange: Set-UnifiedGroup -HiddenFromAddressListsEnabled:$true',
    ),
  })
  .prefault({});

export type ClassOptions = z.infer<typeof classesSchema>;
