/**
 * The optional properties that a profile can choose: where each is written in Microsoft 365, and which profile asks for
 * it.
 */
import { z } from 'zod';
import { type Property, propertiesOf } from '../../../shared/properties.ts';
import { kinds } from '../../../shared/roster.ts';
import { wantedFields } from '../../profile/wanted-fields.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import type { TenantScope } from '../../store/store.ts';

const byUse = 'leaves the district only if a rule or a name pattern needs it';

/** Where a property is written, in words. */
export function whereWritten({ graph, use }: Property): string {
  if (graph === undefined) return `not written; ${use ?? byUse}`;
  return graph.made === undefined ? graph.to : `${graph.to} of accounts that Hallpass creates`;
}

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
    propertiesOf(kind).map((property) => ({
      kind,
      property: property.name,
      written: whereWritten(property),
      profiles: wanted.filter(({ fields }) => fields[kind]?.includes(property.name)).map(({ name }) => name),
    })),
  );
  return { properties };
}
