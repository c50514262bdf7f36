/** The optional properties that a profile can choose: what becomes of each in Microsoft 365, and which profile asks for it. */
import { z } from 'zod';
import { type Kind, kinds, type optionalFields } from '../../../shared/roster.ts';
import { wantedFields } from '../../profile/wanted-fields.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import type { TenantScope } from '../../store/store.ts';

type Optional = { [K in Kind]: Record<(typeof optionalFields)[K][number], string> };

const byUse = 'not written; leaves the district only where a rule or a name pattern needs it';
const ofMade = 'of accounts that Hallpass makes';

/** Where each is written (the compiler demands every one). */
const written: Optional = {
  school: {
    lowGrade: 'educationSchool.lowestGrade',
    highGrade: 'educationSchool.highestGrade',
    principalName: 'educationSchool.principalName',
    principalEmail: 'educationSchool.principalEmail',
    phone: 'educationSchool.phone',
    street: 'educationSchool.address.street',
    city: 'educationSchool.address.city',
    state: 'educationSchool.address.state',
    postalCode: 'educationSchool.address.postalCode',
  },
  term: {},
  section: { period: byUse, localId: 'not written; finds classes of a tool that ran before' },
  student: {
    username: byUse,
    studentNumber: 'educationStudent.studentNumber',
    secondaryEmail: byUse,
    givenName: `user.givenName ${ofMade}`,
    middleName: `educationUser.middleName ${ofMade}`,
    surname: `user.surname ${ofMade}`,
    grade: 'educationStudent.grade',
    graduationYear: 'educationStudent.graduationYear',
  },
  teacher: {
    username: byUse,
    teacherNumber: 'educationTeacher.teacherNumber',
    secondaryEmail: byUse,
    givenName: `user.givenName ${ofMade}`,
    middleName: `educationUser.middleName ${ofMade}`,
    surname: `user.surname ${ofMade}`,
  },
  studentEnrollment: {},
  teacherRoster: {},
};

const propertySchema = z.object({
  kind: z.enum(kinds),
  property: z.string(),
  written: z.string().meta({ description: 'Where in Microsoft 365.' }),
  profiles: z.array(z.string()).meta({ description: 'Those for which agents send it.' }),
});

export const propertiesAnswer = z.object({ properties: z.array(propertySchema) });

export async function propertiesNow(scope: TenantScope): Promise<z.infer<typeof propertiesAnswer>> {
  const wanted = (await readProfiles(scope)).map((profile) => ({ name: profile.name, fields: wantedFields(profile) }));
  const properties = kinds.flatMap((kind) =>
    Object.entries<string>(written[kind]).map(([property, where]) => ({
      kind,
      property,
      written: where,
      profiles: wanted.filter(({ fields }) => fields[kind]?.includes(property)).map(({ name }) => name),
    })),
  );
  return { properties };
}
