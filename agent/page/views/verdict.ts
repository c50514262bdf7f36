/** The verdict, the buttons beside it, and the path below. */
import { html } from 'ghtml';
import { actionForm, advice, type IconName, icon, time } from '../../../shared/page/parts.ts';
import type { Model } from '../model.ts';
import type { Station, StationState } from '../stations.ts';
import { type Part, spoken, type Tone } from '../verdict.ts';

const toneIcons: Record<Tone, IconName> = {
  good: 'ok',
  busy: 'busy',
  paused: 'pause',
  waiting: 'wait',
  attention: 'warning',
  broken: 'error',
};

const stationIcons: Record<StationState, IconName> = {
  working: 'ok',
  troubled: 'warning',
  broken: 'error',
  paused: 'pause',
  idle: 'none',
};

export function verdictBlock({ verdict }: Model): string {
  const { tone, word, sentence, action, progress, code, since } = verdict;
  return html`<div class="verdict tone-${tone}" data-say="${spoken(verdict)}" data-word="${word}">
    !${icon(toneIcons[tone])}
    <div>
      <p class="word">${word}</p>
      <h2>!${sentence.map(partOf)}</h2>
      !${progress === undefined ? '' : html`<progress value="${progress.done}" max="${progress.total}" aria-label="${progress.of}"></progress>`}
      !${action === '' ? '' : html`<p class="action">!${icon('next')}<span>!${advice(action)}</span></p>`}
      !${code === undefined ? '' : html`<p class="fine"><code>${code}</code>!${since === undefined ? '' : html` since !${time(since, 'clock')}`}</p>`}
    </div>
  </div>`;
}

function partOf(part: Part): string {
  return typeof part === 'string' ? html`${part}` : time(part.time, part.as);
}

export function actionsBlock({ state, can }: Model, token: string): string {
  const form = (action: string, id: string, label: string, style = 'secondary') =>
    actionForm(action, token, html`<button id="${id}" class="${style}">${label}</button>`);
  const paused = state.pausedSince !== undefined;
  const work = [
    paused ? '' : form('/actions/sync', 'sync-button', 'Sync now', 'primary'),
    paused
      ? form('/actions/resume', 'pause-button', 'Resume', 'primary')
      : form('/actions/pause', 'pause-button', 'Pause'),
  ];
  return html`!${can.work ? work : ''}!${can.bundle ? bundleForm(token) : ''}!${can.work ? nextCheck(state) : ''}`;
}

/** A download, sent by the browser itself, not by the script. */
function bundleForm(token: string): string {
  return html`<form method="post" action="/support-bundle" data-plain><input type="hidden" name="token" value="${token}"><button id="bundle-button" class="secondary" title="A ZIP without secrets and without personal data">Support bundle</button></form>`;
}

function nextCheck({ cycle, link, pausedSince }: Model['state']): string {
  if (pausedSince !== undefined || link.state !== 'open' || cycle.running !== undefined || cycle.dueAt === undefined)
    return '';
  return html`<p class="fine">Next check !${time(cycle.dueAt, 'due')}</p>`;
}

export function pathBlock({ stations, now }: Model): string {
  return html`!${stations.map(
    (station) => html`<li class="station is-${station.state}">
      <p class="head">!${icon(stationIcons[station.state])}<strong>${station.name}</strong> <span class="state">${station.word}</span></p>
      <p class="what" title="${station.what}">${station.what}</p>
      <p class="fine">!${proof(station, now)}</p>
    </li>`,
  )}`;
}

/**
 * The last answer of a working station is worth showing only when it is older than this: pings keep the connection open
 * without an event.
 */
const freshMs = 90_000;

function proof({ id, state, latencyMs, detail, lastSuccessAt }: Station, now: number): string {
  if (detail !== undefined) return html`${detail}`;
  const latency = latencyMs === undefined ? '' : html`${latencyText(latencyMs)} &middot; `;
  const what = { powerschool: 'answered', agent: 'complete check', network: 'passed', relay: 'answered' }[id];
  const isOpen = (id === 'network' || id === 'relay') && state === 'working';
  if (isOpen && lastSuccessAt !== undefined && now - lastSuccessAt > freshMs) {
    return latencyMs === undefined ? html`kept open by pings` : html`${latencyText(latencyMs)}`;
  }
  const last =
    lastSuccessAt === undefined
      ? html`no ${id === 'agent' ? what : 'answer'} yet`
      : html`${what} !${time(lastSuccessAt)}`;
  return html`!${latency}!${last}`;
}

function latencyText(ms: number): string {
  return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}
