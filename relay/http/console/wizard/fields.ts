/** The fields of a step: each shows what the draft says, right or wrong, and what is wrong with it beside it. */
import { html } from 'ghtml';
import { icon } from '../../../../shared/page/parts.ts';
import type { SchemaMistake } from '../../../../shared/schema-reason.ts';

export interface Choice {
  value: string;
  label: string;
  /** A sentence below it. */
  hint?: string;
}

interface Common {
  /** In the document, with dots; also the field's name. */
  path: string;
  label: string;
  hint?: string;
}

export class Fields {
  readonly #document: unknown;
  readonly #mistakes: readonly SchemaMistake[];
  /** Labels of the fields, by path. */
  readonly #rendered: Map<string, string>;

  /**
   * @param document of the draft, with what was just entered
   * @param rendered labels of the fields that there will be, by path
   */
  constructor(
    document: unknown,
    mistakes: readonly SchemaMistake[] = [],
    rendered: ReadonlyMap<string, string> = new Map(),
  ) {
    this.#document = document;
    this.#rendered = new Map(rendered);
    // Places in lists have no fields of their own.
    this.#mistakes = mistakes.map(({ path, reason }) => ({ path: path.replace(/\.\d+(?=\.|$)/g, ''), reason }));
  }

  /** What `body` renders, and above it what is wrong. It renders once before, because a mistake belongs to the nearest field. */
  static rendered(
    { document, mistakes }: { document: unknown; mistakes: readonly SchemaMistake[] },
    body: (fields: Fields) => string,
  ): { summary: string; content: string } {
    const first = new Fields(document);
    body(first);
    const fields = new Fields(document, mistakes, first.#rendered);
    return { content: body(fields), summary: fields.summary };
  }

  /** Its mistakes, each as a link to the field; empty without any. */
  get summary(): string {
    if (this.#mistakes.length === 0) return '';
    const lines = this.#mistakes.map(({ path, reason }) => {
      const at = this.#fieldFor(path);
      return html`<li><a href="#${idOf(at)}">${this.#rendered.get(at) ?? path}: ${reason}</a></li>`;
    });
    return html`<section class="mistakes" role="alert" tabindex="-1" autofocus><h2>!${icon('error')} To correct here</h2><ul>!${lines}</ul></section>`;
  }

  value(path: string): unknown {
    return valueAt(this.#document, path);
  }

  text({
    path,
    label,
    hint,
    ...how
  }: Common & { type?: 'text' | 'date' | 'time'; wide?: boolean; inputMode?: 'numeric' }): string {
    this.#rendered.set(path, label);
    const { type = 'text', wide = false, inputMode = 'text' } = how;
    const given = this.value(path);
    const value = given === null || given === undefined ? '' : String(given);
    return html`<div class="field !${wide ? 'wide' : ''}"><label for="${idOf(path)}">${label}</label>
<input type="${type}" id="${idOf(path)}" name="${path}" value="${value}" inputmode="${inputMode}" autocomplete="off" spellcheck="false" !${this.#described(path, hint)}>!${this.#notes(path, hint)}</div>`;
  }

  /** One thing a line. */
  lines({ path, label, hint }: Common): string {
    this.#rendered.set(path, label);
    const given = this.value(path);
    const value = Array.isArray(given) ? given.join('\n') : '';
    return html`<div class="field wide"><label for="${idOf(path)}">${label}</label>
<textarea id="${idOf(path)}" name="${path}" rows="3" spellcheck="false" !${this.#described(path, hint)}>${value}</textarea>!${this.#notes(path, hint)}</div>`;
  }

  /** @param chosen instead of what the document says at the path */
  select({ path, label, hint, choices, chosen }: Common & { choices: readonly Choice[]; chosen?: string }): string {
    this.#rendered.set(path, label);
    const value = chosen ?? textOf(this.value(path));
    const known = choices.some((one) => one.value === value);
    const all = known || value === '' ? choices : [{ value, label: `${value} (not to be had)` }, ...choices];
    const options = all.map(
      (one) => html`<option value="${one.value}" !${one.value === value ? 'selected' : ''}>${one.label}</option>`,
    );
    return html`<div class="field"><label for="${idOf(path)}">${label}</label>
<select id="${idOf(path)}" name="${path}" !${this.#described(path, hint)}>!${options}</select>!${this.#notes(path, hint)}</div>`;
  }

  radios({ path, label, hint, choices, chosen }: Common & { choices: readonly Choice[]; chosen?: string }): string {
    const value = chosen ?? textOf(this.value(path));
    const options = choices.map(({ value: one, label: words, hint: more }, at) => {
      const id = at === 0 ? idOf(path) : `${idOf(path)}-${at}`;
      return html`<label class="choice"><input type="radio" id="${id}" name="${path}" value="${one}" !${one === value ? 'checked' : ''}><span><strong>${words}</strong>!${more === undefined ? '' : html`<small>${more}</small>`}</span></label>`;
    });
    return this.group({ path, label, ...(hint !== undefined && { hint }), content: options.join('') });
  }

  checkbox({ path, label, hint }: Common): string {
    this.#rendered.set(path, label);
    return html`<div class="field wide"><label class="choice"><input type="checkbox" id="${idOf(path)}" name="${path}" value="yes" !${this.value(path) === true ? 'checked' : ''} !${this.#described(path, hint)}><span>${label}</span></label>!${this.#notes(path, hint)}</div>`;
  }

  /** Controls that belong together. The first of them has the id of the path. @param content HTML */
  group({ path, label, hint, content }: Common & { content: string }): string {
    this.#rendered.set(path, label);
    return html`<fieldset class="group" !${this.#described(path, hint, '')}><legend>${label}</legend>!${content}!${this.#notes(path, hint)}</fieldset>`;
  }

  /** Only of the field itself: what is wrong deeper inside belongs to a field of its own, if there is one. */
  #reasons(path: string): string[] {
    return this.#mistakes.filter((one) => this.#fieldFor(one.path) === path).map(({ reason }) => reason);
  }

  /** The rendered field that is nearest to a path. */
  #fieldFor(path: string): string {
    const rendered = [...this.#rendered.keys()];
    const outer = rendered
      .filter((one) => path === one || path.startsWith(`${one}.`))
      .sort((a, b) => b.length - a.length);
    const inner = rendered.find((one) => one.startsWith(`${path}.`));
    return outer[0] ?? inner ?? rendered[0] ?? path;
  }

  /** @param mark of a field that is wrong: groups have none */
  #described(path: string, hint: string | undefined, mark = 'aria-invalid="true"'): string {
    const ids = [
      ...(this.#reasons(path).length > 0 ? [`${idOf(path)}-error`] : []),
      ...(hint === undefined ? [] : [`${idOf(path)}-hint`]),
    ];
    const invalid = this.#reasons(path).length > 0 ? mark : '';
    return ids.length === 0 ? '' : html`aria-describedby="${ids.join(' ')}" !${invalid}`;
  }

  #notes(path: string, hint: string | undefined): string {
    const reasons = this.#reasons(path);
    const error = html`<small class="mistake" id="${idOf(path)}-error">!${icon('error')} ${reasons.join('; ')}</small>`;
    return html`!${reasons.length === 0 ? '' : error}!${hint === undefined ? '' : html`<small id="${idOf(path)}-hint">${hint}</small>`}`;
  }
}

export function idOf(path: string): string {
  return `f-${path.replaceAll('.', '-')}`;
}

export function valueAt(document: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      document,
    );
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
