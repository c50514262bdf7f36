/** How far the changes of a collection of Microsoft Graph have been read. */
export interface DeltaPosition {
  deltaLink: string;
  /**
   * The properties that were selected when the reading began, sorted: a link keeps reporting these, whatever is
   * selected later. Empty if an earlier version did not store it.
   */
  selected: string;
}
