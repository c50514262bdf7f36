/** The document as XML, for a client that does not ask for JSON. */
import type { Element } from './element.ts';

export function xmlOf(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${markup(root)}`;
}

function markup({ name, attributes, content }: Element): string {
  const given = Object.entries(attributes ?? {}).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const inner = typeof content === 'string' ? escaped(content) : content.map(markup).join('');
  return inner === '' ? `<${name}${given.join('')}/>` : `<${name}${given.join('')}>${inner}</${name}>`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Replaces what XML 1.0 cannot contain at all. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"]/g, (character) => entities[character] ?? '');
}
