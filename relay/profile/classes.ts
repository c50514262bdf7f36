/** What classes are called and how they are made. */
import { z } from 'zod';
import { propertiesOf } from '../../shared/properties.ts';
import { patternSchema } from './pattern.ts';

/** The optional properties of sections that the name of a class can be made of. */
export const sectionNameValues: readonly string[] = propertiesOf('section').flatMap(({ name, inClassNames }) =>
  inClassNames === true ? [name] : [],
);

/** What the name of a class can be made of. */
export const classNameValues: readonly string[] = [
  ...['courseName', 'courseNumber', 'sectionNumber', ...sectionNameValues, 'termName', 'schoolName', 'schoolNumber'],
  ...['teacher', 'teacherSurname'],
];

/** Those in which the sections of one course differ. */
export const tellingValues: readonly string[] = ['sectionNumber', ...sectionNameValues, 'teacher', 'teacherSurname'];

/** Refuses a wish that Graph does not grant, with the way that there is. */
function impossible(reason: string) {
  return z.never({ error: reason }).optional();
}

export const classesSchema = z
  .strictObject({
    name: patternSchema(classNameValues).default('{courseName} - {sectionNumber}'),
    /** `create-only`: written once, so that what teachers renamed stays, and so does the old name of a renamed course. */
    displayName: z.enum(['always', 'create-only']).default('always'),
    /** `replace`: each of `~ " # % & * : < > ? / \ { | }` becomes `_`. White space is kept as it is. */
    unsupportedCharacters: z.enum(['keep', 'replace']).default('keep'),
    /** Members of a class are hidden from everybody outside it: Microsoft makes every class that way. */
    hiddenMembership: z
      .literal(true, { error: 'Microsoft 365 creates every class with hidden membership, permanently' })
      .default(true),
    /** Makes a team of every class that has a teacher. Switched off again it leaves the teams that there are. */
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
