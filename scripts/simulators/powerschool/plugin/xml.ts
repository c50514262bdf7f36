/** A small tree over saxes: elements with namespace, attributes and text. */
import { type SaxesAttributeNS, SaxesParser } from 'saxes';

export interface XmlElement {
  name: string;
  namespace: string;
  /** Attributes without namespace; `xsi:…` and `xmlns` are not the document's own. */
  attributes: Record<string, string>;
  children: XmlElement[];
  /** All text directly inside, CDATA included. */
  text: string;
  line: number;
}

/** @throws XmlError when the text is not well-formed XML. */
export function parseXml(source: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  parser.on('error', (error) => {
    throw new XmlError(error.message);
  });
  parser.on('opentag', (tag) => {
    const element: XmlElement = {
      name: tag.local,
      namespace: tag.uri,
      attributes: ownAttributes(tag.attributes),
      children: [],
      text: '',
      line: parser.line,
    };
    if (open.length === 0) root ??= element;
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const addText = (text: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => open.pop());
  parser.write(source.replace(/^\uFEFF/, '')).close();
  if (root === undefined) throw new XmlError('Premature end of file.');
  return root;
}

export class XmlError extends Error {}

function ownAttributes(attributes: Record<string, SaxesAttributeNS>): Record<string, string> {
  return Object.fromEntries(
    Object.values(attributes)
      .filter((attribute) => attribute.uri === '')
      .map((attribute) => [attribute.local, attribute.value]),
  );
}

/** The first child of a name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** All children of a name. */
export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}
