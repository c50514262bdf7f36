/** Properties that objects must have, and those that they must not have. */

/** Properties as Graph shows them; nested ones hold texts. Null for one that must be absent. */
export type Properties = { [name: string]: string | null | Properties };

/** A property that is not chosen leaves the district for nobody. */
export function chooser(
  chosen: ReadonlySet<string>,
): (name: string, value: string | undefined) => string | null | undefined {
  return (name, value) => (chosen.has(name) ? value : null);
}

export function present(properties: { [name: string]: string | null | Properties | undefined }): Properties {
  const entries = Object.entries(properties).filter(
    (entry): entry is [string, string | null | Properties] => entry[1] !== undefined && !isEmpty(entry[1]),
  );
  return Object.fromEntries(entries);
}

function isEmpty(value: string | null | Properties): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
