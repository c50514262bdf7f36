/** What keeps a profile from working, as the commands show it. */

export interface Trouble {
  quarantine: { message: string; action: string } | null;
  failure: { code: string; message: string; step: string | null; action: string | null; at: string } | null;
}

/** Lines without indentation; empty if nothing is wrong. */
export function troubleOf({ quarantine, failure }: Trouble): string[] {
  if (quarantine !== null) return [quarantine.message, `→ ${quarantine.action}`];
  if (failure === null) return [];
  const { code, message, step, action, at } = failure;
  const lines = [`Failed at ${at}${step === null ? '' : ` while ${step}`}: ${code}: ${message}`];
  return action === null ? lines : [...lines, `→ ${action}`];
}
