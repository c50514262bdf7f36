/** Who searches the log for a district by the name that commands take finds everything about it, and of several districts only that. */
import t from 'tap';
import { commandLine } from './testing/command-line.ts';
import { smallRoster } from './testing/district.ts';
import { districtToServe, startLoop, storeProfile } from './testing/live-loop.ts';
import { addAgent, addTenant, connected, startTestRelay } from './testing/relay-double.ts';

/** Whatever a line says of a district or its agent, it names the slug; the id may stand beside it. */
function heldAgainst(events: readonly Record<string, unknown>[], slugOf: ReadonlyMap<string, string>): string[] {
  return events.flatMap((line) => {
    const text = JSON.stringify(line);
    const slugs = [...slugOf].filter(([id]) => text.includes(id)).map(([, slug]) => slug);
    return slugs.every((slug) => line.tenant === slug) ? [] : [text];
  });
}

t.test('the link: enrolling, connecting, misuse, leaving, and being revoked by name', async (t) => {
  const home = t.testdir();
  const relay = await startTestRelay(home);
  t.teardown(() => relay.close());
  const slugOf = new Map<string, string>();
  for (const slug of ['contoso', 'fabrikam']) {
    const tenant = await addTenant(relay, slug);
    const identity = await addAgent(relay, tenant.id);
    slugOf.set(tenant.id, slug).set(identity.agentId, slug);
    const first = await connected(relay, identity);
    await first.hello();
    first.socket.send('this is no message');
    await first.close();
    const second = await connected(relay, identity);
    await second.hello();
    const cli = commandLine(home, 'kim');
    t.match(await cli('agent', 'revoke', slug, 'DOUBLE'), { code: 0, out: /^Revoked double/ });
    await second.closed;
    t.match(await cli('agent', 'revoke', slug, identity.agentId), { code: 0, out: /was already revoked/ });
  }
  const events = relay.events();
  t.ok(events.filter(({ tenant }) => tenant === 'contoso').length >= 3, JSON.stringify(events));
  t.same(heldAgainst(events, slugOf), []);
});

t.test('runs and what they do', async (t) => {
  const district = await districtToServe(t, 4);
  await district.commit(smallRoster(4));
  await storeProfile(district, {});
  const loop = await startLoop(t, district);
  await loop.event('run.finished');
  const lines = loop
    .log()
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Record<string, unknown> => JSON.parse(line));
  const ofRuns = lines.filter(({ event }) => String(event).startsWith('run.'));
  t.ok(ofRuns.length >= 3);
  for (const { event, tenant } of ofRuns) t.equal(tenant, 'contoso', String(event));
  t.same(heldAgainst(lines, new Map([[district.tenantId, 'contoso']])), []);
});
