/** What an earlier plugin asks for and contains, read from its XML: the facts that an update may change. */
import { childOf, childrenOf, readXml, type XmlElement, XmlError } from './read-xml.ts';
import { isPluginVersion } from './version.ts';

export interface PluginContents {
  name: string;
  version: string;
  /** `NONE` when the plugin does not say. */
  v1Access: string;
  /** TABLE.FIELD in upper case → its original spelling, and ViewOnly or FullAccess. */
  accessRequest: Map<string, { field: string; access: string }>;
  /** Name → everything about a query that affects its answer. Equal text means the same query. */
  queries: Map<string, string>;
}

/**
 * @param queryFiles name inside the archive → content
 * @throws XmlError naming the file and what is wrong with it
 */
export function readContents(pluginXml: string, queryFiles: ReadonlyMap<string, string>): PluginContents {
  const root = readFile('plugin.xml', pluginXml, 'plugin');
  const name = root.attributes.get('name') ?? '';
  const version = root.attributes.get('version') ?? '';
  if (name === '') throw new XmlError('plugin.xml gives the plugin no name');
  if (!isPluginVersion(version) || version.length > 20) {
    throw new XmlError('plugin.xml has no version of digits and dots');
  }
  const accessRequest: PluginContents['accessRequest'] = new Map();
  for (const { attributes } of childrenOf(childOf(root, 'access_request'), 'field')) {
    const field = `${attributes.get('table') ?? ''}.${attributes.get('field') ?? ''}`;
    accessRequest.set(field.toUpperCase(), { field, access: attributes.get('access') ?? '' });
  }
  const queries = new Map<string, string>();
  for (const [file, source] of queryFiles) {
    for (const query of childrenOf(readFile(file, source, 'queries'), 'query')) {
      queries.set(query.attributes.get('name') ?? '', essenceOf(query));
    }
  }
  const v1Access = childOf(root, 'oauth')?.attributes.get('accessLevelV1Api') ?? 'NONE';
  return { name, version, v1Access, accessRequest, queries };
}

function readFile(file: string, source: string, rootName: string): XmlElement {
  try {
    const root = readXml(source);
    if (root.name !== rootName) throw new XmlError(`it holds <${root.name}>, not <${rootName}>`);
    return root;
  } catch (error) {
    if (error instanceof XmlError) throw new XmlError(`${file}: ${error.message}`);
    throw error;
  }
}

/** Summary and description are for people, and white space does not matter to the database. */
function essenceOf(query: XmlElement): string {
  const parts = (list: string, item: string) =>
    childrenOf(childOf(query, list), item).map((element) => [
      [...element.attributes].filter(([name]) => name !== 'description').sort(),
      element.text.trim(),
    ]);
  return JSON.stringify({
    attributes: [...query.attributes].sort(),
    args: parts('args', 'arg'),
    columns: parts('columns', 'column'),
    sql: (childOf(query, 'sql')?.text ?? '')
      .split(/\s+/)
      .filter((word) => word !== '')
      .join(' '),
  });
}
