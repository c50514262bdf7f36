/** Small plugins for the tests: correct by default, wrong where a test says so. */
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { pluginNamespace } from './plugin-schema.ts';

export interface TestPlugin {
  name?: string;
  version?: string;
  /** Replaces everything inside <plugin>. */
  inner?: string;
  oauth?: string;
  fields?: string[];
  publisher?: string;
  queries?: string;
  queryFile?: string;
  /** Folder prefix for all files. */
  wrapper?: string;
  /** Additional files. */
  extra?: Record<string, string>;
}

export const testQuery = 'com.example.test.area.students';
export const testFields = ['STUDENTS.DCID', 'STUDENTS.Last_Name', 'STUDENTS.Student_Web_ID', 'STUDENTS.Grade_Level'];

const columns = testFields.slice(0, 3).map((field) => [field, field.split('.').at(-1) ?? ''] as const);

/** A named query, by default with the columns of a student. */
export function queryXml(
  query: {
    name?: string;
    attributes?: string;
    args?: string;
    columns?: readonly (readonly [string, string])[];
    sql?: string;
  } = {},
): string {
  const list = (query.columns ?? columns).map(([field, alias]) => `<column column="${field}">${alias}</column>`);
  return `<query name="${query.name ?? testQuery}" ${query.attributes ?? 'coreTable="students" flattened="true"'}>
    <description>a test</description>
    <args>${query.args ?? '<arg name="after" column="STUDENTS.DCID" required="true" type="primitive"/>'}</args>
    <columns>${list.join('')}</columns>
    <sql><![CDATA[${query.sql ?? 'SELECT DCID, Last_Name, Student_Web_ID FROM Students WHERE DCID > :after ORDER BY DCID'}]]></sql>
  </query>`;
}

export function pluginXml(plugin: TestPlugin = {}): string {
  const fields = (plugin.fields ?? testFields).map((name) => {
    const [table, field] = name.split('.');
    return `<field table="${table}" field="${field}" access="ViewOnly"/>`;
  });
  const inner =
    plugin.inner ??
    `${plugin.oauth ?? '<oauth/>'}<access_request>${fields.join('')}</access_request>${
      plugin.publisher ?? '<publisher name="Example"><contact email="a@example.org"/></publisher>'
    }`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<plugin xmlns="${pluginNamespace}" name="${plugin.name ?? 'Test'}" version="${plugin.version ?? '1.0'}">${inner}</plugin>`;
}

export async function pluginZip(plugin: TestPlugin = {}): Promise<Buffer> {
  const zip = new ZipFile();
  const files = {
    'plugin.xml': pluginXml(plugin),
    [plugin.queryFile ?? 'queries_root/test.named_queries.xml']: `<queries>${plugin.queries ?? queryXml()}</queries>`,
    ...plugin.extra,
  };
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), `${plugin.wrapper ?? ''}${name}`);
  zip.end();
  return buffer(zip.outputStream);
}
