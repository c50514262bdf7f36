/** plugin.xml and the named queries file, in PowerSchool's format. */
import type { PluginManifest } from './manifest.ts';
import type { PowerQuery } from './queries.ts';

/** plugin.xml. The namespace is the only one ever published; PowerSchool never moved it off pearson.com. */
export function pluginXml(manifest: PluginManifest): string {
  const access = manifest.v1Access === undefined ? '' : ` accessLevelV1Api="${manifest.v1Access}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<plugin xmlns="http://plugin.powerschool.pearson.com"
        xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
        xsi:schemaLocation="http://plugin.powerschool.pearson.com plugin.xsd"
        name="${xml(manifest.name)}" version="${xml(manifest.version)}" description="${xml(manifest.description)}">
  <oauth${access}/>
${accessRequestXml(manifest.accessRequest)}  <publisher name="${xml(manifest.publisher.name)}">
    <contact email="${xml(manifest.publisher.email)}"/>
  </publisher>
</plugin>
`;
}

function accessRequestXml(accessRequest: readonly string[]): string {
  if (accessRequest.length === 0) return '';
  const fields = accessRequest.map((name) => {
    const [table = '', field = ''] = name.split('.');
    return `    <field table="${xml(table)}" field="${xml(field)}" access="ViewOnly"/>`;
  });
  return `  <access_request>\n${fields.join('\n')}\n  </access_request>\n`;
}

/** The named queries file. Two-part aliases, so that no core table is needed and no row carries `_name` and `_id`. */
export function namedQueriesXml(queries: readonly PowerQuery[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<queries>
${queries.map(queryXml).join('\n')}
</queries>
`;
}

function queryXml(query: PowerQuery): string {
  const args = query.args.map(
    (arg) =>
      `      <arg name="${xml(arg.name)}" column="${xml(arg.field)}" description="${xml(arg.description)}" type="primitive" required="true"/>`,
  );
  const columns = query.columns.map(
    (column) => `      <column column="${xml(column.field)}">${xml(column.alias)}</column>`,
  );
  return `  <query name="${xml(query.name)}" flattened="true">
    <summary>${xml(query.summary)}</summary>
    <description>${xml(query.description)}</description>
    <args>
${args.join('\n')}
    </args>
    <columns>
${columns.join('\n')}
    </columns>
    <sql><![CDATA[
${query.sql}
    ]]></sql>
  </query>`;
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
