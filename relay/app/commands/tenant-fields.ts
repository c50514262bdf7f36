/** The fields of a tenant, checked as they are typed. */
import { z } from 'zod';
import { fail } from '../../../shared/errors.ts';

const slugSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'it must be lower-case letters, digits and dashes, at most 63, such as contoso');
const nameSchema = z
  .string()
  .trim()
  .min(1, 'it is empty')
  .max(200, 'it must be at most 200 characters')
  .regex(/^\P{Cc}*$/u, 'it must be one line without control characters');
const graphTenantSchema = z
  .string()
  .trim()
  .toLowerCase()
  // The format used by PowerShell and the Windows registry.
  .transform((value) => value.replace(/^\{(.*)\}$/, '$1'))
  .pipe(
    z.guid(
      "it must be the id of the district's Microsoft 365 tenant, a GUID such as 6fd2c87f-b296-42f0-b197-1e91e994b900 (Entra admin center, Overview, Tenant ID)",
    ),
  );

export const tenantSchemas = { slug: slugSchema, name: nameSchema, graphTenant: graphTenantSchema };

export const tenantFields = {
  slug: (value: string) => checked(slugSchema, value, 'slug'),
  name: (value: string) => checked(nameSchema, value, 'name'),
  graphTenant: (value: string) => checked(graphTenantSchema, value, 'graph-tenant'),
};

function checked(schema: z.ZodType<string>, value: string, setting: string): string {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw fail('RELAY_SETTING_INVALID', { setting, reason: result.error.issues[0]?.message ?? 'it is not valid' });
}
