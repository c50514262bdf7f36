/** What the rule of a link may say besides the identity rule in words. */

/**
 * Of accounts that Hallpass made in a time of which its database knows nothing, because an older one was restored: their first
 * passwords are not known.
 */
export const recovered = 'recovered';
