/** What a district's Microsoft 365 lets the relay do. */

/** What a consent is for: to read, which is enough for matches and previews, or to write as well. */
export const accessKinds = ['read', 'write'] as const;
export type AccessKind = (typeof accessKinds)[number];
