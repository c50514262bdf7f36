import t from 'tap';
import { refusalOf, sameToken } from './guard.ts';

t.test('allows each request only from permitted origins', async (t) => {
  const port = 8650;
  const page = { host: '127.0.0.1:8650' };
  const own = { ...page, origin: 'http://127.0.0.1:8650', 'sec-fetch-site': 'same-origin' };
  const status = (method: string, headers: Record<string, string>) => refusalOf(method, headers, port)?.status;
  t.equal(status('GET', page), undefined);
  t.equal(status('GET', { host: 'localhost:8650' }), undefined);
  for (const host of [
    'evil.example:8650',
    '127.0.0.1',
    '127.0.0.1:80',
    'localhost',
    '127.0.0.1.evil.example:8650',
    '',
  ]) {
    t.equal(status('GET', { host }), 421, host);
  }
  t.equal(status('GET', { ...page, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }), 403);
  t.equal(
    status('GET', { ...page, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }),
    undefined,
    'a link',
  );
  t.equal(status('POST', own), undefined);
  t.equal(status('POST', page), 403, 'without an origin');
  t.equal(status('POST', { ...own, origin: 'null' }), 403);
  t.equal(status('POST', { ...own, origin: 'http://evil.example' }), 403);
  t.equal(status('POST', { ...own, origin: 'http://localhost:8650' }), 403, 'the other name is another origin');
  t.equal(
    status('POST', { ...own, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }),
    403,
    'a foreign form',
  );
  t.equal(status('DELETE', page), 403);
  t.ok(sameToken('abc', 'abc'));
  t.notOk(sameToken('abd', 'abc'));
  t.notOk(sameToken('', 'abc'));
});
