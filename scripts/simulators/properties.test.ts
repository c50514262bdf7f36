/** Compares the table of optional properties with PowerSchool's tables and Microsoft's description of Graph. */
import { readFile } from 'node:fs/promises';
import t from 'tap';
import { type NamedProperty, propertiesOf } from '../../shared/properties.ts';
import { kinds } from '../../shared/roster.ts';
import { columnLists } from './powerschool/database/columns.ts';

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
}

const description = new URL('./microsoft/contract/graph-answers.json', import.meta.url);
const { schemas } = JSON.parse(await readFile(description, 'utf8')) as { schemas: Record<string, Schema> };

/** All properties of a schema, including those of its parts. */
function propertiesIn({ $ref, allOf = [], anyOf = [], properties = {} }: Schema): Record<string, Schema> {
  const referred = $ref === undefined ? undefined : schemas[$ref.replace(/^.*[./]/, '')];
  const parts = [...allOf, ...anyOf, ...(referred === undefined ? [] : [referred])];
  return Object.assign({ ...properties }, ...parts.map(propertiesIn));
}

const all = kinds.flatMap((kind) =>
  propertiesOf(kind).map((property) => ({ key: `${kind}.${property.name}`, property })),
);

t.test("every column is one of PowerSchool's, with the type in the table", async (t) => {
  const tables: Readonly<Record<string, { number: string; text?: string }>> = columnLists;
  for (const { key, property } of all) {
    if (property.column === undefined) continue;
    const [table = '', column = ''] = property.column.toLowerCase().split('.');
    t.ok(tables[table]?.[property.type]?.split(/\s+/).includes(column), `${key}: ${property.column}`);
  }
});

t.test('Graph has every property that is written, under that path', async (t) => {
  for (const { key, property } of all) {
    if (property.graph === undefined) continue;
    const [resource = '', ...path] = property.graph.to.split('.');
    // Accounts are written through the education API, which has a subset of a user's properties.
    let there: Schema | undefined = schemas[resource === 'user' ? 'educationUser' : resource];
    for (const name of path) there = there && propertiesIn(there)[name];
    t.ok(there, `${key}: ${property.graph.to}`);
  }
});

t.test("a person's property says whose data it is, and others do not", async (t) => {
  const ofPeople = ({ personal }: NamedProperty) => personal !== undefined;
  for (const property of propertiesOf('student')) t.equal(property.personal, 'student', property.name);
  for (const property of propertiesOf('teacher')) t.equal(property.personal, 'staff', property.name);
  t.same(
    propertiesOf('school')
      .filter(ofPeople)
      .map(({ name }) => name),
    ['principalName', 'principalEmail'],
  );
  t.same(propertiesOf('section').filter(ofPeople), []);
});
