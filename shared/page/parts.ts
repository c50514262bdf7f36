/** The small pieces that pages of the agent and of the relay are made of. Each returns HTML. */
import { html } from 'ghtml';
import { clockTime, localDay } from './local-times.ts';

export type IconName = 'ok' | 'busy' | 'pause' | 'wait' | 'warning' | 'error' | 'none' | 'copy' | 'next';

/** 16 × 16, drawn in the color of the surrounding text. */
const drawings: Record<IconName, string> = {
  ok: '<circle cx="8" cy="8" r="6.5"/><path d="m5 8.2 2.1 2.1L11.2 6"/>',
  busy: '<path d="M13.5 8a5.5 5.5 0 0 1-10 3.2M2.5 8a5.5 5.5 0 0 1 10-3.2"/><path d="M12.8 1.9v3h-3M3.2 14.1v-3h3"/>',
  pause: '<circle cx="8" cy="8" r="6.5"/><path d="M6.3 5.6v4.8M9.7 5.6v4.8"/>',
  wait: '<circle cx="8" cy="8" r="6.5"/><path d="M8 4.5V8l2.3 1.6"/>',
  warning: '<path d="M8 2 14.5 13.5h-13Z"/><path d="M8 6.5v3.2M8 11.6v.1"/>',
  error:
    '<path d="M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3Z"/><path d="m5.8 5.8 4.4 4.4M10.2 5.8l-4.4 4.4"/>',
  none: '<circle cx="8" cy="8" r="6.5" stroke-dasharray="2 2.1"/>',
  copy: '<rect x="5.5" y="5.5" width="8" height="8.5" rx="1.2"/><path d="M10.5 5.5v-2A1.2 1.2 0 0 0 9.3 2.3H3.5a1.2 1.2 0 0 0-1.2 1.2v6.3A1.2 1.2 0 0 0 3.5 11h2"/>',
  next: '<path d="M2.5 8h10M9 4.5 12.5 8 9 11.5"/>',
};

/** All drawings, defined once for {@link icon} to reference. */
export const sprite = html`<svg class="sprite" aria-hidden="true" focusable="false">!${Object.entries(drawings).map(
  ([name, drawing]) => html`<symbol id="icon-${name}" viewBox="0 0 16 16">!${drawing}</symbol>`,
)}</svg>`;

export function icon(name: IconName): string {
  return html`<svg class="icon" aria-hidden="true" focusable="false"><use href="#icon-${name}"></use></svg>`;
}

/**
 * A moment. The browser shows it relative to now ("40 seconds ago") and keeps it current; without a script the exact
 * time is shown.
 *
 * @param at milliseconds since the epoch
 * @param as `due`: in 20 seconds, then now; `clock`: 09:12, `stamp`: 09:12:45, for comparing with other logs
 */
export function time(at: number, as: 'ago' | 'due' | 'clock' | 'stamp' = 'ago'): string {
  const exact = clockTime(at);
  const shown = as === 'clock' ? exact.slice(0, 5) : exact;
  return html`<time datetime="${new Date(at).toISOString()}" data-as="${as}" title="${localDay(at)} ${exact}">${shown}</time>`;
}

/** An identifier with a button that copies it. */
export function copyable(text: string, what: string): string {
  return html`<code>${text}</code><button type="button" class="copy" data-copy="${text}" aria-label="Copy ${what}" title="Copy ${what}">!${icon('copy')}</button>`;
}

/** A sentence whose options, such as `--relay-ca FILE`, do not break across lines: people copy them from the screen. */
export function advice(text: string): string {
  const parts = text.split(/(--[a-z][\w-]*)/);
  return html`!${parts.map((part, at) => (at % 2 === 1 ? html`<span class="option">${part}</span>` : html`${part}`))}`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 bucket`, `1,204 buckets` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `0.4 s`, `12 s`, `3 min 20 s` */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A form with one button; it also works without a script. */
export function actionForm(action: string, token: string, button: string): string {
  return html`<form method="post" action="${action}"><input type="hidden" name="token" value="${token}">!${button}</form>`;
}
