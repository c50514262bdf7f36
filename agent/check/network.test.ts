/** What the check reports about the network and certificates between agent and relay. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { RelayDouble } from '../testing/relay-double.ts';
import { findings, of, secrets, Testbed } from './testing/testbed.ts';
import type { CheckTimes } from './times.ts';

const day = 86_400_000;
const testbed = await Testbed.open(t);

t.test('reports certificates that are invalid or expire soon', async (t) => {
  const authority = await createAuthority('Operator CA');
  const file = join(testbed.folder, '..', 'operator.pem');
  await writeFile(file, authority.ca);
  await testbed.configure({ 'relay.caFile': file });
  const cases: [string, [number, number], object][] = [
    ['relay.test', [-30 * day, -day], { status: 'fail', fact: /is valid from .* only/, action: /clock/ }],
    ['relay.test', [-day, 10.5 * day], { status: 'warn', fact: /\(10 days\)/, action: /renewed/ }],
    ['other.test', [-day, 90 * day], { status: 'fail', fact: /it is for other\.test/ }],
  ];
  for (const [host, validity, expected] of cases) {
    const relay = new RelayDouble();
    await relay.open(await authority.issue([host], validity));
    t.teardown(() => relay.close());
    await testbed.proxy.set({ hosts: { 'relay.test:443': `127.0.0.1:${relay.port}` } });
    t.match(of(await testbed.check(), 'relay.tls'), expected);
  }
  await testbed.reset();
});

t.test('reports what goes wrong on the way to the relay', async (t) => {
  const expect = async (name: string, check: object, times: Partial<CheckTimes> = {}) => {
    const checks = await testbed.check({ times });
    t.match(of(checks, name), check, name);
    const after = checks.slice(checks.findIndex((found) => found.name === name) + 1);
    t.ok(after.filter((found) => found.name.startsWith('relay.')).every(({ fact }) => fact.startsWith('Not tried')));
    t.same(
      Object.keys(findings(checks)).filter((found) => found.startsWith('powerschool')),
      [],
      'PowerSchool is reached another way',
    );
  };
  const { proxy } = testbed;
  await proxy.set({ signIn: 'ann:other' });
  await expect('relay.proxy', { status: 'fail', fact: /were refused/, action: /--proxy-credentials-file/ });
  await proxy.set({ schemes: ['NTLM'] });
  await expect('relay.proxy', { status: 'fail', fact: /accepts only NTLM/ });
  await proxy.set({ signIn: `${secrets.username}:${secrets.password}`, mode: 'refuse' });
  await expect('relay.proxy', { status: 'fail', fact: /does not allow/, action: /allow CONNECT to relay\.test:443/ });
  await proxy.set({ mode: 'page' });
  await expect('relay.proxy', { status: 'fail', fact: /a web page/ });
  await proxy.set({ mode: 'silent' });
  await expect('relay.proxy', { status: 'fail', fact: /no answer within 0\.3 s/, temporary: true }, { tunnelMs: 300 });
  await proxy.set({ mode: 'swallow' });
  await expect('relay.tls', { status: 'fail', fact: /no answer to TLS/, temporary: true }, { tlsMs: 2000 });
  await proxy.set({ mode: 'inspect' });
  await expect('relay.tls', { status: 'fail', fact: /issued by "Contoso Filter CA"/, action: /--relay-ca FILE/ });
  t.equal(proxy.overheard, '', 'sends nothing on an untrusted connection');

  const filter = join(testbed.folder, '..', 'filter.pem');
  await writeFile(filter, proxy.filterCa);
  await testbed.configure({ 'relay.caFile': filter });
  await proxy.set({ mode: 'portal' });
  await expect('relay.upgrade', { status: 'fail', fact: /answered instead of the relay.*a web page \(status 200\)/ });
  await proxy.set({ mode: 'noUpgrade' });
  await expect('relay.upgrade', {
    status: 'fail',
    fact: /arrived as an ordinary request/,
    action: /relay operator.*your network people.*"Contoso Filter CA"/,
  });

  await testbed.configure({ 'proxy.url': 'none', 'relay.url': 'https://relay.invalid' });
  await expect('relay.dns', { status: 'fail', fact: /DNS .* relay\.invalid/ });
  const gone = createTcpServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  await once(gone, 'close');
  await testbed.configure({ 'relay.url': `https://127.0.0.1:${port}` });
  await expect('relay.tcp', { status: 'fail', fact: /ECONNREFUSED/, temporary: true });
});
