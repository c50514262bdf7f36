/** Permissions of Microsoft 365: whether each is granted, what it is for, and who asks for it. */
import { html } from 'ghtml';
import { icon } from '../../../../shared/page/parts.ts';
import type { MicrosoftAccess } from '../../../app/queries/microsoft-access.ts';
import { tablePanel } from './tables.ts';

type Permission = MicrosoftAccess['permissions'][number];

export function permissionTables(permissions: readonly Permission[]): string {
  const of = (kind: Permission['access']) => permissions.filter(({ access }) => access === kind);
  return html`!${tableOf('To read', of('read'))}!${tableOf('To write', of('write'))}`;
}

function tableOf(heading: string, permissions: readonly Permission[]): string {
  return tablePanel({
    label: `Permissions ${heading.toLowerCase()}`,
    heading,
    columns: ['Permission', 'State', 'Why', 'Needed for'].map((name) => ({ heading: name })),
    rows: permissions.map((one) => [
      html`<code>${one.permission}</code>`,
      stateOf(one),
      html`${one.why}`,
      neededFor(one),
    ]),
  });
}

function stateOf({ isGranted, when, profiles }: Permission): string {
  if (isGranted) return html`<span class="state is-working">!${icon('ok')} Granted</span>`;
  const isNeeded = when === 'always' || profiles.length > 0;
  return isNeeded
    ? html`<span class="state is-broken">!${icon('error')} Missing</span>`
    : html`<span class="state">!${icon('none')} Not granted</span>`;
}

function neededFor({ access, when, profiles }: Permission): string {
  if (when === 'always') return access === 'read' ? 'matches and previews' : 'every enabled profile';
  if (when === 'helpful') return 'better checks';
  if (profiles.length === 0) return html`<code>${when}</code>, which no profile uses`;
  return html`<code>${when}</code> of ${profiles.join(', ')}`;
}
