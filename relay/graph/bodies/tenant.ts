/** Objects that belong to a whole Microsoft 365 tenant. */
import { z } from 'zod';
import { objectWith } from './object.ts';

export const domain = objectWith({
  id: z.string().min(1).toLowerCase(),
  isVerified: z.boolean(),
  isDefault: z.boolean(),
  authenticationType: z.string(),
});

export const subscribedSku = objectWith({
  skuId: z.string().toLowerCase(),
  skuPartNumber: z.string(),
  capabilityStatus: z.string(),
  consumedUnits: z.number(),
  prepaidUnits: objectWith({ enabled: z.number() }),
  servicePlans: z.array(objectWith({ servicePlanId: z.string(), servicePlanName: z.string() })),
});
