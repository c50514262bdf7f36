import t from 'tap';
import { readRefusal } from './graph-error.ts';

t.test('accepts an error body in an old format, or none', async (t) => {
  const read = (body: unknown) => readRefusal({ status: 400, headers: new Headers({ 'request-id': 'r' }), body });
  const old = { 'odata.error': { code: 'Request_BadRequest', message: { lang: 'en', value: 'No.\r\n  Really.' } } };
  t.match(read(old), { code: 'Request_BadRequest', message: 'No. Really.', requestId: 'r' });
  for (const body of [
    undefined,
    null,
    'text',
    7,
    [],
    { error: null },
    { error: 'text' },
    { error: { details: [null] } },
  ]) {
    t.match(read(body), { code: '', message: '', requestId: 'r' });
  }
});
