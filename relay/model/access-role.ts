/** What an actor may do with this relay: everything, everything within their districts, or view them. */
export const accessRoles = ['operator', 'admin', 'viewer'] as const;
export type AccessRole = (typeof accessRoles)[number];
