/** Groups, as `/groups` shows them. */
import { z } from 'zod';
import { flag, id, objectWith, removed, text, texts } from './object.ts';

const linkChange = objectWith({ id, '@removed': removed });

/** One group of a delta; a large membership comes in parts. */
export const groupChange = objectWith({
  id,
  '@removed': removed,
  displayName: text,
  'members@delta': z.array(linkChange).nullable().exactOptional(),
  'owners@delta': z.array(linkChange).nullable().exactOptional(),
});

export type GroupChangeBody = z.infer<typeof groupChange>;

/** A group that gives licenses. */
export const licenseGroup = objectWith({
  id,
  displayName: z.string(),
  groupTypes: z.array(z.string()),
  onPremisesSyncEnabled: z.boolean().nullable(),
  assignedLicenses: z.array(objectWith({ skuId: z.string() })),
});

export const provisionedGroup = objectWith({ resourceProvisioningOptions: texts });

export const assignableGroup = objectWith({ isAssignableToRole: flag });
