/**
 * What a token is for: the subjects that it may read, and may change where its role allows that. A later version that adds a subject
 * gives it to no token that is there.
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
] as const;
export type AccessScope = (typeof accessScopes)[number];
