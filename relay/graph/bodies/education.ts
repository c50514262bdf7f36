/** Schools, classes and accounts, as the education API shows them. */
import { z } from 'zod';
import { flag, id, objectWith, removed, setText, text, texts, wholeObjectWith } from './object.ts';

function part<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return wholeObjectWith(shape)
    .nullish()
    .transform((value) => value ?? undefined);
}

const marks = { externalId: setText, externalSource: setText };

/** With every selected property, and those that show whose it is. */
export const school = wholeObjectWith({ id, ...marks, schoolNumber: setText, displayName: setText });

export const schoolClass = wholeObjectWith({
  id,
  ...marks,
  mailNickname: setText,
  course: part({ courseNumber: setText }),
});

/** What a class is called. */
export const namedClass = objectWith({ id, displayName: setText });

export const person = wholeObjectWith({
  id,
  userPrincipalName: setText,
  surname: setText,
  externalSource: setText,
  primaryRole: setText,
  student: part({ externalId: setText, studentNumber: setText }),
  teacher: part({ externalId: setText, teacherNumber: setText }),
  assignedLicenses: z
    .array(objectWith({ skuId: z.string(), disabledPlans: z.array(z.string()).nullish() }))
    .nullish()
    .transform((value) => value ?? []),
});

export type PersonBody = z.infer<typeof person>;

/** One object of a delta, with every selected property. */
export const objectChange = wholeObjectWith({ id, '@removed': removed });

/** What a search shows of an object that may have been created. */
export const createdObject = objectWith({
  id,
  externalId: text,
  externalSource: text,
  primaryRole: text,
  student: objectWith({ externalId: text }).nullable().exactOptional(),
  teacher: objectWith({ externalId: text }).nullable().exactOptional(),
  mailNickname: text,
  securityEnabled: flag,
  mailEnabled: flag,
  groupTypes: texts,
  isAssignableToRole: flag,
  onPremisesSyncEnabled: flag,
});

export type CreatedObject = z.infer<typeof createdObject>;
