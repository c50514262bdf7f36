/** The file that says what a tenant holds at the start, and how it is loaded into the directory. */
import { z } from 'zod';
import { assignedSkus, type Directory } from './directory/directory.ts';
import type { Tenant, User } from './directory/entities.ts';
import { classGroup } from './graph/education-classes.ts';
import { completeGroup } from './graph/group-rules.ts';
import { propertyOf, type Resource } from './graph/properties.ts';
import {
  classResource,
  educationUserResource,
  groupResource,
  schoolResource,
  userResource,
} from './graph/resources.ts';
import { checkNickname, checkPrincipalName } from './graph/user-rules.ts';
import type { Bag } from './json.ts';

const guid = z.guid().toLowerCase();

const userSchema = z
  .looseObject({
    id: guid.optional(),
    userPrincipalName: z.string(),
    displayName: z.string().min(1),
    mailNickname: z.string().min(1),
    mail: z.string().optional(),
    accountEnabled: z.boolean().default(true),
    onPremisesSyncEnabled: z.boolean().optional(),
    employeeId: z.string().optional(),
    usageLocation: z.string().optional(),
    userType: z.enum(['Member', 'Guest']).default('Member'),
  })
  .refine((user) => hasOnly(user, ['id'], userResource, educationUserResource), {
    error: 'has a property that no user has',
  });

/** userPrincipalNames of the file's accounts. */
const people = z.array(z.string()).default([]);

const groupSchema = z
  .looseObject({
    id: guid.optional(),
    displayName: z.string().min(1),
    mailNickname: z.string().min(1),
    /** With an educationClass of the same id. */
    isClass: z.boolean().default(false),
    /** Soft-deleted: can be restored, and is in no list of groups. */
    deleted: z.boolean().default(false),
    members: people,
    owners: people,
  })
  .refine(
    (group) =>
      hasOnly(group, ['id', 'isClass', 'deleted', 'members', 'owners'], groupResource, ...classOnly(group.isClass)),
    { error: 'has a property that no group has' },
  );

const schoolSchema = z
  .looseObject({
    id: guid.optional(),
    displayName: z.string().min(1),
    users: people,
    /** Ids of the file's classes. */
    classes: z.array(guid).default([]),
  })
  .refine((school) => hasOnly(school, ['id', 'users', 'classes'], schoolResource), {
    error: 'has a property that no school has',
  });

function hasOnly(object: object, besides: readonly string[], ...resources: Resource[]): boolean {
  return Object.keys(object).every(
    (name) => besides.includes(name) || resources.some((resource) => propertyOf(resource, name) !== undefined),
  );
}

function classOnly(isClass: boolean): Resource[] {
  return isClass ? [classResource] : [];
}

export const directoryFileSchema = z.strictObject({
  tenant: z.strictObject({
    displayName: z.string().min(1),
    countryLetterCode: z.string().length(2).default('US'),
    domains: z
      .array(
        z.strictObject({
          id: z.string().min(1),
          isDefault: z.boolean().default(false),
          isInitial: z.boolean().default(false),
          authenticationType: z.enum(['Managed', 'Federated']).default('Managed'),
        }),
      )
      .min(1),
    skus: z.array(
      z.strictObject({
        skuId: guid,
        skuPartNumber: z.string().min(1),
        enabled: z.int().min(0),
        servicePlans: z.array(z.strictObject({ servicePlanId: guid, servicePlanName: z.string() })).default([]),
      }),
    ),
  }),
  users: z.array(userSchema),
  groups: z.array(groupSchema).default([]),
  schools: z.array(schoolSchema).default([]),
});

/** As written: defaults may be missing. */
export type DirectoryFile = z.input<typeof directoryFileSchema>;
export type ReadDirectoryFile = z.output<typeof directoryFileSchema>;

export function tenantOf(file: ReadDirectoryFile, id: string): Tenant {
  const skus = file.tenant.skus.map((sku) => ({ ...sku, consumed: 0 }));
  return { ...file.tenant, id, skus: new Map(skus.map((sku) => [sku.skuId, sku])) };
}

/** Puts the file's objects into an empty directory. @throws GraphError for a name that the tenant does not allow */
export function loadDirectory(file: ReadDirectoryFile, directory: Directory): void {
  for (const { id, ...props } of file.users) {
    checkPrincipalName(directory, props.userPrincipalName);
    checkNickname(props.mailNickname, 'User');
    const user = directory.addUser(props as Bag, 'once', id);
    for (const skuId of assignedSkus(user)) directory.countSeats(skuId, 1);
  }
  for (const group of file.groups) loadGroup(group, directory);
  for (const { id, users, classes, ...props } of file.schools) {
    const school = directory.addSchool(props as Bag, 'once', id);
    for (const name of users) directory.addToSchool(school, named(name, directory));
    for (const classId of classes) {
      const group = directory.groups.get(classId);
      if (group === undefined)
        throw new TypeError(`The school ${school.id} has a class ${classId} that is not in the file.`);
      directory.addToSchool(school, group);
    }
  }
}

/**
 * Names are not compared with those of other groups: directories have duplicates, and files are meant to describe them.
 */
function loadGroup(
  { id, isClass, deleted, members, owners, ...props }: ReadDirectoryFile['groups'][number],
  directory: Directory,
): void {
  checkNickname(props.mailNickname, 'Group');
  const unified: Bag = { groupTypes: ['Unified'], mailEnabled: true, securityEnabled: false };
  const group = directory.addGroup(
    completeGroup(directory, { ...(isClass ? classGroup : unified), ...props } as Bag),
    isClass,
    'once',
    id,
  );
  for (const name of members) directory.addLink(group, 'members', named(name, directory));
  for (const name of owners) directory.addLink(group, 'owners', named(name, directory));
  if (deleted) directory.deleteGroup(group);
}

function named(userPrincipalName: string, directory: Directory): User {
  const user = directory.users.find('userPrincipalName', userPrincipalName)[0];
  if (user === undefined) throw new TypeError(`The account ${userPrincipalName} is not in the file.`);
  return user;
}
