/** The file that says what a tenant holds at the start, and how it gets into the directory. */
import { z } from 'zod';
import { assignedSkus, type Directory } from './directory/directory.ts';
import type { Tenant } from './directory/entities.ts';
import { propertyOf } from './graph/properties.ts';
import { educationUserResource, userResource } from './graph/resources.ts';
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
  .refine(
    (user) =>
      Object.keys(user).every(
        (name) =>
          name === 'id' ||
          propertyOf(userResource, name) !== undefined ||
          propertyOf(educationUserResource, name) !== undefined,
      ),
    { error: 'has a property that no user has' },
  );

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
});

/** As written: defaults may be missing. */
export type DirectoryFile = z.input<typeof directoryFileSchema>;
export type ReadDirectoryFile = z.output<typeof directoryFileSchema>;

export function tenantOf(file: ReadDirectoryFile, id: string): Tenant {
  const skus = file.tenant.skus.map((sku) => ({ ...sku, consumed: 0 }));
  return { ...file.tenant, id, skus: new Map(skus.map((sku) => [sku.skuId, sku])) };
}

/** Puts the file's accounts into an empty directory. @throws GraphError for a name that the tenant could not have */
export function loadUsers(file: ReadDirectoryFile, directory: Directory): void {
  for (const { id, ...props } of file.users) {
    checkPrincipalName(directory, props.userPrincipalName);
    checkNickname(props.mailNickname, 'User');
    const user = directory.addUser(props as Bag, 'once', id);
    for (const skuId of assignedSkus(user)) directory.countSeats(skuId, 1);
  }
}
