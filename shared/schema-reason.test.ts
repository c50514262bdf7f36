import t from 'tap';
import { z } from 'zod';
import { schemaReason } from './schema-reason.ts';

const schema = z.strictObject({
  name: z.string().min(1).max(5).optional(),
  rows: z.int().min(10).max(5000).default(500),
  way: z.enum(['auto', 'rest']).default('auto'),
  list: z.array(z.string()).max(2).optional(),
  deep: z.strictObject({ on: z.boolean() }).optional(),
});

t.test('what is wrong is said in words, and where', async (t) => {
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
    [{ extra: 1 }, { path: '', reason: 'nothing is known by the name of extra' }],
    ['x', { path: '', reason: 'it must be a group of settings' }],
  ] as const) {
    const result = schema.safeParse(value);
    if (result.success) t.fail(JSON.stringify(value));
    else t.same(schemaReason(result.error), expected, JSON.stringify(value));
  }
});
