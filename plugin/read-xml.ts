/**
 * A small XML reader: elements, attributes, text, CDATA and the predefined entities, which is all that plugins use. It
 * refuses a document type declaration: entities defined there can blow up a small file into a large one.
 */

export interface XmlElement {
  /** Without its namespace prefix. */
  name: string;
  /** By name as written, `xsi:schemaLocation` included. */
  attributes: ReadonlyMap<string, string>;
  children: XmlElement[];
  /** All text directly inside, CDATA included. */
  text: string;
}

export class XmlError extends Error {}

/** Plugins nest five levels deep and have some hundreds of elements; a document beyond these limits is not a plugin. */
const deepest = 50;
const mostElements = 50_000;

const name = '[A-Za-z_][\\w.:-]*';
const attribute = `${name}\\s*=\\s*(?:"[^"<]*"|'[^'<]*')`;
const token = new RegExp(
  [
    '<\\?[^]*?\\?>',
    '<!--[^]*?-->',
    '<!\\[CDATA\\[(?<cdata>[^]*?)\\]\\]>',
    `</(?<close>${name})\\s*>`,
    `<(?<open>${name})(?<attributes>(?:\\s+${attribute})*)\\s*(?<empty>/?)>`,
    '(?<text>[^<]+)',
  ].join('|'),
  'y',
);
const attributePattern = new RegExp(`(${name})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g');
const entities = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** The root element. @throws XmlError naming the first mistake and its line */
export function readXml(source: string): XmlElement {
  const document: XmlElement = { name: '', attributes: new Map(), children: [], text: '' };
  const open: { element: XmlElement; tag: string }[] = [{ element: document, tag: '' }];
  const text = source.replace(/^\uFEFF/, '');
  const refuse = (reason: string) =>
    new XmlError(`${reason} (line ${text.slice(0, token.lastIndex).split('\n').length})`);

  let elements = 0;
  token.lastIndex = 0;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    const found = token.exec(text);
    const current = open.at(-1);
    if (found === null || current === undefined) {
      token.lastIndex = at;
      throw refuse(text.startsWith('<!DOCTYPE', at) ? 'a document type declaration is not allowed' : 'it is not XML');
    }
    const { cdata, close, open: tag, attributes = '', empty, text: characters } = found.groups ?? {};
    if (tag !== undefined) {
      const element: XmlElement = {
        name: localName(tag),
        attributes: read(attributes, refuse),
        children: [],
        text: '',
      };
      current.element.children.push(element);
      if (empty === '') open.push({ element, tag });
      elements += 1;
      if (open.length > deepest) throw refuse('its elements are nested too deep');
      if (elements > mostElements) throw refuse(`it has more than ${mostElements} elements`);
    } else if (close !== undefined) {
      if (close !== current.tag) throw refuse(`</${close}> closes nothing`);
      open.pop();
    } else if (cdata !== undefined) current.element.text += cdata;
    else if (characters !== undefined) current.element.text += decoded(characters, refuse);
  }
  const [root, ...others] = document.children;
  if (open.length > 1) throw refuse(`<${open.at(-1)?.tag}> is not closed`);
  if (root === undefined) throw refuse('it has no element');
  if (others.length > 0 || document.text.trim() !== '') throw refuse('something is outside the root element');
  return root;
}

function read(source: string, refuse: (reason: string) => XmlError): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, key = '', double, single] of source.matchAll(attributePattern)) {
    if (attributes.has(key)) throw refuse(`the attribute ${key} stands twice`);
    attributes.set(key, decoded((double ?? single ?? '').replace(/[\t\r\n]/g, ' '), refuse));
  }
  return attributes;
}

function decoded(source: string, refuse: (reason: string) => XmlError): string {
  return source.replace(/&([^;&]{0,20};?)/g, (_, reference: string) => {
    const [, hex, decimal, word = ''] = /^(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));$/i.exec(reference) ?? [];
    const code = hex !== undefined ? Number.parseInt(hex, 16) : decimal !== undefined ? Number(decimal) : undefined;
    const character =
      code === undefined ? entities.get(word) : code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    if (character === undefined) throw refuse('an entity is unknown');
    return character;
  });
}

function localName(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1);
}

/** The first child of a name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** All children of a name. */
export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}
