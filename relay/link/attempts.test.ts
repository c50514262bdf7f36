import t from 'tap';
import { AttemptLimit, clientAddress, trustedProxies } from './attempts.ts';

t.test('counts per address and minute', async (t) => {
  const limit = new AttemptLimit(2);
  for (const at of [1000, 2000]) {
    limit.check('a', at);
    limit.count('a', at);
  }
  t.throws(() => limit.check('a', 3000), { code: 'ATTEMPTS_EXCEEDED', retryAfterMs: 58_000 });
  t.doesNotThrow(() => limit.check('b', 3000));
  t.doesNotThrow(() => limit.check('a', 61_000));
});

t.test('memory is bounded: the address seen first is forgotten', async (t) => {
  const limit = new AttemptLimit(1);
  for (let at = 0; at <= 10_000; at++) limit.count(`address ${at}`, 0);
  t.doesNotThrow(() => limit.check('address 0', 1));
  t.throws(() => limit.check('address 1', 1), { code: 'ATTEMPTS_EXCEEDED' });
});

t.test('believes X-Forwarded-For of our own proxies alone, from the near end', async (t) => {
  const proxies = trustedProxies(['10.0.0.0/8', '::1']);
  const from = (remoteAddress: string, forwarded?: string) =>
    clientAddress(
      { socket: { remoteAddress } as never, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } },
      proxies,
    );
  t.equal(from('203.0.113.9'), '203.0.113.9');
  t.equal(from('203.0.113.9', '198.51.100.1'), '203.0.113.9', 'a stranger says what he likes');
  t.equal(from('10.1.2.3', '198.51.100.1'), '198.51.100.1');
  t.equal(
    from('::1', '192.0.2.66, 198.51.100.1, 10.9.9.9'),
    '198.51.100.1',
    'what the client itself sent is not asked',
  );
  t.equal(from('10.1.2.3', 'nonsense'), '10.1.2.3');
});
