import t from 'tap';
import { fail } from '../../../shared/errors.ts';
import { clientAddress, countedAddress, isForwardedFrom, trustedProxies } from './addresses.ts';
import { AttemptLimit } from './attempts.ts';

t.test('counts per address and minute', async (t) => {
  const limit = new AttemptLimit(2);
  for (const at of [1000, 2000]) {
    t.equal(limit.exceeded('a', at), undefined);
    limit.count('a', at);
  }
  t.match(limit.exceeded('a', 3000), { code: 'ATTEMPTS_EXCEEDED', retryAfterMs: 58_000 });
  t.equal(limit.exceeded('b', 3000), undefined);
  t.equal(limit.exceeded('a', 61_000), undefined);
});

t.test('a refusal keeps its own code until there are too many', async (t) => {
  const limit = new AttemptLimit(2);
  const own = fail('ENROLLMENT_CODE_INVALID', { url: 'x' });
  const codes = [1, 2, 3].map((at) => limit.refuse('a', at, own).code);
  t.same(codes, ['ENROLLMENT_CODE_INVALID', 'ENROLLMENT_CODE_INVALID', 'ATTEMPTS_EXCEEDED']);
});

t.test('a clock that is set back locks nobody out for longer than the minute', async (t) => {
  const limit = new AttemptLimit(1);
  const day = 86_400_000;
  limit.count('a', 10 * day);
  t.match(limit.exceeded('a', 10 * day), { code: 'ATTEMPTS_EXCEEDED' });
  t.equal(limit.exceeded('a', 9 * day), undefined);
});

t.test('memory is bounded: the oldest address is forgotten', async (t) => {
  const limit = new AttemptLimit(1);
  for (let at = 0; at <= 10_000; at++) limit.count(`address ${at}`, 0);
  t.equal(limit.exceeded('address 0', 1), undefined);
  t.match(limit.exceeded('address 1', 1), { code: 'ATTEMPTS_EXCEEDED' });
});

t.test('trusts X-Forwarded-For only from our own proxies, read from the right', async (t) => {
  const proxies = trustedProxies(['10.0.0.0/8', '::1']);
  const from = (remoteAddress: string, forwarded?: string) =>
    clientAddress({ headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }, remoteAddress, proxies);
  t.equal(from('203.0.113.9'), '203.0.113.9');
  t.equal(from('203.0.113.9', '198.51.100.1'), '203.0.113.9', 'not from anybody else');
  t.equal(from('10.1.2.3', '198.51.100.1'), '198.51.100.1');
  t.equal(
    from('::1', '192.0.2.66, 198.51.100.1, 10.9.9.9'),
    '198.51.100.1',
    'what the client itself sent does not count',
  );
  for (const nothing of ['nonsense', 'unknown', '', ' , ', '_hidden', '999.1.1.1', '192.0.2.1,', 'for=192.0.2.1']) {
    t.equal(from('10.1.2.3', nothing), '10.1.2.3', nothing);
    t.notOk(isForwardedFrom({ headers: { 'x-forwarded-for': nothing } }), `"${nothing}" names no client`);
  }
  t.notOk(isForwardedFrom({ headers: {} }));
  for (const said of ['192.0.2.1', 'unknown, 192.0.2.1:80', '[2001:db8::5]:4711', '::1', 'fe80::1%eth0']) {
    t.ok(isForwardedFrom({ headers: { 'x-forwarded-for': said } }), said);
  }
  t.equal(from('10.1.2.3', `${'192.0.2.66, '.repeat(2000)}198.51.100.1`), '198.51.100.1', 'many hops');
  t.equal(from('10.1.2.3', '::ffff:198.51.100.1'), '198.51.100.1');
  t.equal(from('::ffff:10.1.2.3', '198.51.100.1'), '198.51.100.1', 'IPv4 on a socket of both families');
  t.equal(from('10.1.2.3', '198.51.100.1:4711'), '198.51.100.1', 'Azure adds the port');
  t.equal(from('10.1.2.3', '[2001:db8::5]:4711'), '2001:db8:0:0::/64');
});

t.test('one client is an IPv4 address or a /64', async (t) => {
  t.equal(countedAddress('2001:db8:1:2:3:4:5:6'), countedAddress('2001:db8:1:2::ffff'));
  t.not(countedAddress('2001:db8:1:2::1'), countedAddress('2001:db8:1:3::1'));
  t.equal(countedAddress('::ffff:192.0.2.1'), '192.0.2.1');
  t.equal(countedAddress('::ffff:c000:201'), '192.0.2.1');
  t.equal(countedAddress('fe80::1%eth0'), 'fe80:0:0:0::/64');
  t.equal(countedAddress('unknown'), '');
});
