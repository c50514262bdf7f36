/** What the rule of a link may say besides the identity rule in words, and who gave it by hand. */

/**
 * Of accounts that Hallpass made in a time of which its database knows nothing, because an older one was restored: their first
 * passwords are not known.
 */
export const recovered = 'recovered';

/**
 * Of accounts that Hallpass, as its stamp says, made or took over before it lost the whole database. Which of their first passwords
 * were handed out is not known.
 */
export const readopted = 'found by own stamp';

/** Of accounts of others that were theirs before the database was lost: the profile matches people, and makes no accounts. */
export const foundByStamp = 'matched before, by own stamp';

/** Rules that say that the account is one of Hallpass's own. */
export const rulesOfOurs = ['created', 'adopted', recovered, readopted] as const;
