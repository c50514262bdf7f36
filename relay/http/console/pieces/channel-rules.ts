/** Whom a channel tells, of what, and when not: the fields for it, as forms send them and as people read them. */
import { html } from 'ghtml';
import { z } from 'zod';
import { parseQuietWindow, type QuietWindow } from '../../../../shared/quiet.ts';
import { titles } from '../../../alerts/message.ts';
import { type AlertCause, alertCauses, alertReaders, type ChannelRules } from '../../../model/alert.ts';

/** What each looks after. */
export const readerNames = { sis: 'PowerSchool', microsoft: 'Microsoft 365', operator: 'the relay' } as const;

export const channelName = z
  .string()
  .trim()
  .min(1, 'give it a name')
  .max(100)
  .regex(/^\P{Cc}*$/u, 'it must be one line');

/** A checkbox that is sent alone is no list. */
function chosenOf<const T extends readonly [string, ...string[]]>(values: T) {
  const error = 'choose at least one of those that are offered';
  return z.union([z.enum(values).transform((one) => [one]), z.array(z.enum(values)).max(values.length)], { error });
}

const quietField = z.string().transform((text, context): QuietWindow[] => {
  const windows = text.split(/[\s,;]+/).filter((one) => one !== '');
  const parsed = windows.map(parseQuietWindow);
  if (parsed.some((one) => one === undefined)) {
    context.addIssue({ code: 'custom', message: 'give times of day like 21:00-06:00, with commas between' });
    return z.NEVER;
  }
  return parsed.filter((one) => one !== undefined);
});

/** Fields of a form. No cause chosen: all of them. */
export const ruleFields = {
  readers: chosenOf(alertReaders),
  causes: chosenOf(alertCauses)
    .default([])
    .transform((chosen) => (chosen.length === 0 ? null : chosen)),
  quiet: quietField.default([]),
  timeZone: z
    .string()
    .trim()
    .max(100)
    .default('')
    .transform((zone) => (zone === '' ? undefined : zone)),
};

/** @param now of a channel that is there; undefined for a new one @param defaultZone in words */
export function ruleInputs(now: ChannelRules | undefined, defaultZone: string): string {
  const { readers = alertReaders, causes = null, quiet = [], timeZone = null } = now ?? {};
  const isShort = causes === null && quiet.length === 0;
  const box = (field: string, value: string, words: string, isChosen: boolean) =>
    html`<label><input type="checkbox" name="${field}" value="${value}" !${isChosen ? 'checked' : ''}>${words}</label>`;
  return html`<fieldset class="choices"><legend class="fine">For who looks after</legend>
!${alertReaders.map((one) => box('readers', one, readerNames[one], readers.includes(one))).join('')}</fieldset>
<details !${isShort ? '' : 'open'}><summary>Only some causes, and quiet hours</summary><div class="stack">
<fieldset class="choices"><legend class="fine">Causes; none chosen means all</legend>
!${alertCauses.map((one) => box('causes', one, titles[one], causes?.includes(one) ?? false)).join('')}</fieldset>
<label>Quiet hours, such as 21:00-06:00, with commas between<input type="text" name="quiet" value="${quiet.map(({ from, to }) => `${from}-${to}`).join(', ')}" autocomplete="off"></label>
<label>Their time zone, such as America/Chicago<input type="text" name="timeZone" value="${timeZone ?? ''}" autocomplete="off" spellcheck="false"></label>
<p class="note">Without one, ${defaultZone}. What happens in quiet hours is told when they end, unless it is over by then.</p></div></details>`;
}

/** @returns HTML */
export function rulesShown({ readers, causes }: Pick<ChannelRules, 'readers' | 'causes'>): string {
  const only = causes === null ? '' : html`<br><span class="fine">only: ${causes.map(causeName).join(', ')}</span>`;
  return html`${readers.map((reader) => readerNames[reader]).join(', ')}!${only}`;
}

function causeName(cause: AlertCause): string {
  return titles[cause];
}

export function quietShown({ quiet, timeZone }: Pick<ChannelRules, 'quiet' | 'timeZone'>): string {
  if (quiet.length === 0) return 'never';
  return `${quiet.map(({ from, to }) => `${from}–${to}`).join(', ')} ${timeZone ?? "(the relay's time)"}`;
}
