/** The table of optional properties against what PowerSchool's tables have and what Microsoft's description of Graph knows. */
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

/** Everything that a schema has, whatever it is made of. */
function propertiesIn({ $ref, allOf = [], anyOf = [], properties = {} }: Schema): Record<string, Schema> {
  const referred = $ref === undefined ? undefined : schemas[$ref.replace(/^.*[./]/, '')];
  const parts = [...allOf, ...anyOf, ...(referred === undefined ? [] : [referred])];
  return Object.assign({ ...properties }, ...parts.map(propertiesIn));
}

const all = kinds.flatMap((kind) =>
  propertiesOf(kind).map((property) => ({ key: `${kind}.${property.name}`, property })),
);

t.test('every column is one of PowerSchool, with the type that the table says', async (t) => {
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
    // Accounts are written through the education API, which has a part of what users have.
    let there: Schema | undefined = schemas[resource === 'user' ? 'educationUser' : resource];
    for (const name of path) there = there && propertiesIn(there)[name];
    t.ok(there, `${key}: ${property.graph.to}`);
  }
});

t.test('what is of a person says whose it is, and what is of nobody does not', async (t) => {
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
