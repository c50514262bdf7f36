/** One message for each channel and cause, whatever number of districts has it: counts and districts, and nobody's name. */
import type { AlertCause, NoticeEvent } from '../model/alert.ts';

/** As programs get it. */
export interface AlertMessage {
  /** The same at every attempt: whoever has seen it ignores it. */
  id: string;
  type: `alert.${NoticeEvent | 'test'}`;
  cause: AlertCause | 'test';
  title: string;
  alerts: readonly ToldAlert[];
}

export interface ToldAlert {
  id: string;
  /** Null for the relay itself. */
  district: { slug: string; name: string } | null;
  count: number;
  sentence: string;
  action: string;
  /** ISO 8601 in UTC. */
  since: string;
  resolvedAt: string | null;
}

export const titles: Readonly<Record<AlertCause | 'test', string>> = {
  agentSilent: 'Agent silent',
  syncFailing: 'Sync failing',
  syncStalled: 'Sync stands still',
  consentMissing: 'Consent missing',
  expiring: 'Certificate or secret expiring',
  held: 'Held operations',
  licensesLow: 'Licenses running out',
  manyProblems: 'Many problems of one cause',
  channelFailing: 'Alerts not delivered',
  terminalSignIn: 'Sign-in by a link from the terminal',
  test: 'Test',
};

export function messageOf(
  id: string,
  { event, cause }: { event: NoticeEvent | 'test'; cause: AlertCause | 'test' },
  alerts: readonly ToldAlert[],
): AlertMessage {
  const slugs = [...new Set(alerts.map(({ district }) => district?.slug ?? 'relay'))].sort();
  const where = slugs.length === 1 ? (slugs[0] ?? '') : `${slugs.length} districts`;
  const prefix = event === 'resolved' ? 'Resolved: ' : event === 'repeated' ? 'Still open: ' : '';
  return { id, type: `alert.${event}`, cause, title: `${prefix}${titles[cause]} (${where})`, alerts };
}

/** As people read it. */
export function textOf({ title, alerts }: AlertMessage): string {
  const parts = alerts.map(({ district, sentence, action, since, resolvedAt }) => {
    const who = district === null ? 'The relay' : `${district.name} (${district.slug})`;
    const times = resolvedAt === null ? `Since ${since}.` : `From ${since} to ${resolvedAt}.`;
    return `${who}: ${sentence}\n${resolvedAt === null ? `  → ${action}\n` : ''}  ${times}`;
  });
  return `${title}\n\n${parts.join('\n\n')}\n`;
}
