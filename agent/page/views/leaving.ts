/** What leaves this network. */
import { html } from 'ghtml';
import { count, counted } from '../../../shared/page/parts.ts';
import { type Kind, kindWords } from '../../../shared/roster.ts';
import type { SourceKind } from '../../model/source.ts';
import { limitsOf } from '../../powerschool/rest/limits.ts';
import { todayOf, total } from '../history.ts';
import type { LeavingKind } from '../leaving.ts';
import type { Model } from '../model.ts';

/** The heading of a column or row. */
export function kindName(kind: Kind): string {
  const words = kindWords[kind];
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

export function leavingBlock({ leaving, history, names, now, state }: Model): string {
  const today = todayOf(history, now);
  const sum = `Today ${counted(total(today.sent), 'record')} and ${counted(today.deletes, 'deletion')} have left.`;
  if (!leaving.known) {
    return html`<p>Nothing, until the relay is connected: it says which fields its sync profiles need, and they are listed here.</p>`;
  }
  return html`<p>!${schoolsIncluded(leaving.schools, names)} ${sum}</p>
    <table class="fields">
      <thead><tr><th scope="col">Kind</th><th scope="col">Required: no record makes sense without</th><th scope="col">Chosen: a profile of the relay needs it</th><th scope="col">Stays here</th><th scope="col" class="number">Sent today</th></tr></thead>
      <tbody>!${leaving.kinds.map((kind) => kindRow(kind, today.sent[kind.kind] ?? 0))}</tbody>
    </table>
    <p class="note">${limitsText(state.source)} Counted at the end of each cycle.</p>`;
}

/** PowerQueries read the columns in the plugin's access request; /ws/v1 answers with whole records. */
function limitsText(source: SourceKind = 'powerquery'): string {
  const dropped = 'is dropped on this computer before anything is compared or sent.';
  if (source === 'powerquery') {
    return `Nothing else is read: the plugin cannot see other columns. What stays here ${dropped}`;
  }
  const unknown = limitsOf(source).join('; ');
  return `PowerSchool is read by /ws/v1, which does not know ${unknown}. What stays here, and whatever else it answers, ${dropped}`;
}

function kindRow({ kind, required, chosen, staying }: LeavingKind, sent: number): string {
  return html`<tr>
    <th scope="row">${kindName(kind)}</th>
    !${cell('Required', required)}
    !${cell('Chosen', chosen)}
    !${cell('Stays here', staying, 'is-kept')}
    <td class="number" data-label="Sent today">${count(sent)}</td>
  </tr>`;
}

function cell(label: string, fields: string[], style = ''): string {
  if (fields.length === 0) return html`<td class="is-empty" data-label="${label}">&ndash;</td>`;
  return html`<td class="${style}" data-label="${label}">${fields.map(words).join(', ')}</td>`;
}

/** `secondaryEmail` in words. */
function words(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const mostSchools = 8;

function schoolsIncluded(schools: readonly string[] | null, names: Model['names']): string {
  if (schools === null) return 'All schools are included.';
  if (schools.length === 0) return 'No school is included yet; only the list of schools is sent.';
  const shown = schools.slice(0, mostSchools).map((id) => html`${names.get(id)?.name ?? id}`);
  const more = schools.length > mostSchools ? ` and ${count(schools.length - mostSchools)} more` : '';
  return `${counted(schools.length, 'school')} included: ${shown.join(', ')}${more}. Of the others only name and number.`;
}
