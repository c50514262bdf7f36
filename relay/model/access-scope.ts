/**
 * The subjects that a token may read, and may change if its role allows that. A later version that adds a subject does
 * not give it to existing tokens.
 */
export const accessScopes = [
  'status',
  'agents',
  'profiles',
  'runs',
  'holds',
  'problems',
  'links',
  'passwords',
  'audit',
  'tokens',
  'tenants',
  'settings',
  'alerts',
] as const;
export type AccessScope = (typeof accessScopes)[number];
