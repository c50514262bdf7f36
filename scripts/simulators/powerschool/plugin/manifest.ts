/** The contents of a valid plugin.xml. */

import { validatePluginXml } from './plugin-schema.ts';
import { childOf, childrenOf, parseXml, XmlError } from './xml.ts';

export interface Manifest {
  name: string;
  version: string;
  /** True when the plugin asks for API credentials. */
  oauth: boolean;
  /** What `<oauth accessLevelV1Api>` asks for; absent means NONE. */
  v1Access: string;
  /** TABLE.FIELD in lower case → ViewOnly or FullAccess. */
  accessRequest: Map<string, string>;
}

/** Reads plugin.xml as a server of this version does. */
export function readManifest(source: string, serverVersion: string): { manifest: Manifest } | { errors: string[] } {
  try {
    const root = parseXml(source);
    const errors = validatePluginXml(root, serverVersion);
    if (errors.length > 0) return { errors };
    const oauth = childOf(root, 'oauth');
    const manifest: Manifest = {
      name: root.attributes.name ?? '',
      version: root.attributes.version ?? '',
      oauth: oauth !== undefined,
      v1Access: oauth?.attributes.accessLevelV1Api ?? 'NONE',
      accessRequest: new Map(
        childrenOf(childOf(root, 'access_request'), 'field').map(({ attributes }) => [
          `${attributes.table}.${attributes.field}`.toLowerCase(),
          attributes.access ?? '',
        ]),
      ),
    };
    if (/^\d+(\.\d+)*$/.test(manifest.version)) return { manifest };
    return { errors: [`The version '${manifest.version}' must consist of digits and dots.`] };
  } catch (error) {
    if (error instanceof XmlError) return { errors: [`plugin.xml: ${error.message}`] };
    throw error;
  }
}
