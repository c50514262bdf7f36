import t from 'tap';
import { z } from 'zod';
import { schemaMistakes, schemaReason } from './schema-reason.ts';

const schema = z.strictObject({
  name: z.string().min(1).max(5).optional(),
  rows: z.int().min(10).max(5000).default(500),
  way: z.enum(['auto', 'rest']).default('auto'),
  list: z.array(z.string()).max(2).optional(),
  deep: z.strictObject({ on: z.boolean() }).optional(),
});

t.test('says in words what is wrong, and where', async (t) => {
  for (const [value, expected] of [
    [{ rows: 0 }, { path: 'rows', reason: 'it must be 10 or more' }],
    [{ rows: 9999 }, { path: 'rows', reason: 'it must be 5000 or less' }],
    [{ rows: 10.5 }, { path: 'rows', reason: 'it must be a whole number' }],
    [{ rows: 'many' }, { path: 'rows', reason: 'it must be a number' }],
    [{ name: '' }, { path: 'name', reason: 'it is empty' }],
    [{ name: 'too long' }, { path: 'name', reason: 'it must be at most 5 long' }],
    [{ way: 'x' }, { path: 'way', reason: 'it must be one of auto, rest' }],
    [{ list: ['a', 'b', 'c'] }, { path: 'list', reason: 'it must be at most 2 long' }],
    [{ deep: { on: 1 } }, { path: 'deep.on', reason: 'it must be true or false' }],
    [{ extra: 1 }, { path: '', reason: 'there is nothing called extra' }],
    ['x', { path: '', reason: 'it must be a group of settings' }],
  ] as const) {
    const result = schema.safeParse(value);
    if (result.success) t.fail(JSON.stringify(value));
    else t.same(schemaReason(result.error), expected, JSON.stringify(value));
  }
});

const document = z.strictObject({
  mode: z.strictObject({ students: z.enum(['match', 'create']), teachers: z.enum(['match', 'create']) }),
  schools: z.union([z.literal('all'), z.array(z.string().min(1)).min(1)]),
  license: z
    .union([z.guid(), z.strictObject({ skuId: z.guid() }), z.strictObject({ group: z.guid() }), z.null()])
    .transform((given) => given),
  properties: z.partialRecord(z.enum(['student', 'teacher']), z.array(z.string())).default({}),
  dates: z.strictObject({ startsOn: z.iso.date().nullable().default(null) }).prefault({}),
});

t.test(
  'reports every mistake at once, each with its path, what was missing, and what was probably meant',
  async (t) => {
    const input = {
      mode: { students: 'mach' },
      schools: ['12', ''],
      license: { skuId: 'A3' },
      properties: { studnet: [] },
      dates: { startOn: '2026-08-01', startsOn: '2026-02-31' },
      color: 'red',
    };
    const result = document.safeParse(input);
    if (result.success) return t.fail('it is valid');
    const mistakes = schemaMistakes(result.error, document, input);
    t.same(Object.fromEntries(mistakes.map(({ path, reason }) => [path, reason])), {
      'mode.students': 'it must be one of match, create; did you mean "match"?',
      'mode.teachers': 'it is missing; it must be one of match, create',
      'schools.1': 'it is empty',
      'license.skuId': 'it must be a GUID such as 6fd2c87f-b296-42f0-b197-1e91e994b900',
      'properties.studnet': 'there is no such name; did you mean "student"?',
      'dates.startOn': 'there is no such name; did you mean "startsOn"?',
      'dates.startsOn': 'it must be a day such as 2026-08-20',
      color: 'there is no such name; there are mode, schools, license, properties, dates',
    });
    const other = { mode: 'match', schools: 3, license: 5 };
    const second = document.safeParse(other);
    if (second.success) return t.fail('it is valid');
    t.same(
      schemaMistakes(second.error, document, other).map(({ path, reason }) => `${path}: ${reason}`),
      [
        'mode: it must be a group of settings',
        'schools: it must be all, or a list',
        'license: it must be text, or a group of settings, or null',
      ],
    );
  },
);
