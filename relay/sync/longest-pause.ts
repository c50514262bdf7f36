/** The directory changes without notice, and dates pass: a run is due after so many milliseconds even without a wake-up. */
export const longestPauseMs = 15 * 60_000;
