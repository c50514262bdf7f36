/** An error's next step, with the district in place of TENANT in its commands. */
export function inCommands(action: string, tenant: string): string {
  return action.replace(/\bTENANT\b/g, tenant);
}
