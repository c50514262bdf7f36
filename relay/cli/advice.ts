/** What an error advises, with the district instead of the TENANT of its commands. */
export function inCommands(action: string, tenant: string): string {
  return action.replace(/\bTENANT\b/g, tenant);
}
