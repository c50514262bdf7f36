/** How far the changes of a collection of Microsoft Graph have been read. */
export interface DeltaPosition {
  deltaLink: string;
  /**
   * The properties that were selected when the reading began, sorted: a link continues to tell of these, whatever is selected
   * since. Empty where an earlier version did not remember it.
   */
  selected: string;
}
