/** One message on its way: over real TLS to a webhook and a mail server, and where it may not go. */
import { randomBytes } from 'node:crypto';
import t, { type Test } from 'tap';
import { messageOf } from '../alerts/message.ts';
import type { ChannelKind } from '../model/alert.ts';
import { createVault } from '../secrets/vault.ts';
import type { AlertChannel } from '../store/alerts/channels.ts';
import { alertSettings, receiveMail, receiveWeb } from '../testing/alert-receivers.ts';
import { openSender } from './send.ts';
import { checkTarget, sealTarget, shownTarget, type Target } from './target.ts';
import { isPrivate } from './targets.ts';
import { signature } from './web.ts';

const signingKey = `whsec_${randomBytes(32).toString('base64')}`;
const nowMs = Date.parse('2026-12-01T12:00:00Z');
const vault = createVault(async () => Buffer.alloc(32, 7), 'test key');
const message = messageOf('message-1', { event: 'opened', cause: 'held' }, [
  {
    ...{ id: 'a', district: { slug: 'contoso', name: 'Contoso Schools' }, count: 3 },
    ...{ sentence: '3 operations wait.', action: 'Look.', since: '2026-12-01T11:00:00.000Z', resolvedAt: null },
  },
]);

async function channelTo(target: Target): Promise<AlertChannel> {
  const channel = { tenantId: 't', id: 'c', kind: target.kind };
  return {
    ...channel,
    ...{ name: 'office', target: shownTarget(target), sealed: await sealTarget(vault, channel, target) },
    ...{ readers: [], causes: null, quiet: [], timeZone: null, createdAt: '', createdBy: '' },
    ...{ deliveredAt: null, failingSince: null, failure: null },
  };
}

const webhook = (url: string): Target => ({ kind: 'webhook', target: { url, signingKey } });

async function senderFor(t: Test, settings: { privateHosts?: string[]; caFile?: string } = {}) {
  return openSender({ ...(await alertSettings(t.testdir())), ...settings }, { vault });
}

t.test('a webhook is signed, so that its receiver knows who sent it and when', async (t) => {
  const receiver = await receiveWeb(t);
  const sender = await senderFor(t);
  const channel = await channelTo(webhook(`${receiver.url}/hooks/hidden?x=1`));
  t.notMatch(JSON.stringify(channel), /hidden|whsec/, 'address and key are sealed');
  await sender.send(channel, message, nowMs);
  await sender.send(channel, message, nowMs + 90_000);
  const [first, second] = receiver.received;
  if (first === undefined || second === undefined) return t.fail('nothing came');
  t.match(first, { method: 'POST', path: '/hooks/hidden?x=1', headers: { 'content-type': 'application/json' } });
  for (const { headers, body } of [first, second]) {
    const signed = `message-1.${headers['webhook-timestamp']}.${body}`;
    t.equal(headers['webhook-signature'], `v1,${signature(signingKey, signed)}`);
  }
  t.same([first.headers['webhook-id'], second.headers['webhook-id']], ['message-1', 'message-1']);
  t.same([first.headers['webhook-timestamp'], second.headers['webhook-timestamp']], ['1796126400', '1796126490']);
  t.match(JSON.parse(first.body), {
    type: 'alert.opened',
    data: { id: 'message-1', cause: 'held', alerts: [{ district: { slug: 'contoso' }, count: 3 }] },
  });
});

t.test('the signature is that of Standard Webhooks', async (t) => {
  // The example of its reference libraries.
  const body = '{"test": 2432232314}';
  const signed = `msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.${body}`;
  t.equal(signature('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', signed), 'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

t.test('anything but 2xx is not taken, and no redirection is followed', async (t) => {
  const receiver = await receiveWeb(t);
  const sender = await senderFor(t);
  const channel = await channelTo(webhook(receiver.url));
  receiver.answer = { status: 307, headers: { location: `${receiver.url}/elsewhere` } };
  await t.rejects(sender.send(channel, message, nowMs), { code: 'ALERT_NOT_DELIVERED', message: /status 307/ });
  t.equal(receiver.received.length, 1);
  receiver.answer = { status: 503, headers: { 'retry-after': '120' } };
  await t.rejects(sender.send(channel, message, nowMs), { code: 'ALERT_NOT_DELIVERED', retryAfterMs: 120_000 });
  await receiver.close();
  await t.rejects(sender.send(channel, message, nowMs), { code: 'ALERT_NOT_DELIVERED', message: /refused/i });
});

t.test('a certificate that nobody trusts is refused', async (t) => {
  const receiver = await receiveWeb(t);
  const sender = openSender({ privateHosts: ['localhost'] }, { vault });
  const channel = await channelTo(webhook(receiver.url));
  await t.rejects(sender.send(channel, message, nowMs), { code: 'ALERT_NOT_DELIVERED', message: /certificate/ });
  t.same(receiver.received, []);
});

t.test('private addresses are reached only where the operator says so, whatever name leads there', async (t) => {
  const receiver = await receiveWeb(t);
  const [{ port }, own] = [await receiveMail(t), await senderFor(t)];
  const strict = await senderFor(t, { privateHosts: [] });
  const mail: Target = { kind: 'smtp', target: { host: 'localhost', port, from: 'a@x.org', to: ['b@x.org'] } };
  for (const target of [webhook(receiver.url), { kind: 'heartbeat', target: { url: receiver.url } } as const, mail]) {
    const channel = await channelTo(target);
    await own.send(channel, message, nowMs);
    await t.rejects(strict.send(channel, message, nowMs), {
      code: 'ALERT_TARGET_PRIVATE',
      message: /localhost.*(127|::1)/,
    });
  }
  t.equal(receiver.received.length, 2);
  for (const host of [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '10.1.2.3',
    '169.254.169.254',
  ]) {
    const given = { kind: 'webhook' as ChannelKind, target: { url: `https://${host}/`, signingKey } };
    t.throws(() => checkTarget(given, []), { code: 'ALERT_TARGET_PRIVATE' }, host);
  }
});

t.test('tells addresses of the internet from all others', async (t) => {
  for (const address of ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2600::1', '::ffff:8.8.8.8', '64:ff9b::808:808']) {
    t.equal(isPrivate(address), false, address);
  }
  const others = ['0.0.0.0', '10.0.0.1', '100.64.0.1', '127.9.9.9', '172.31.255.255', '192.168.0.1', '224.0.0.1'];
  const holding = [
    '64:ff9b::',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '::10.0.0.1',
  ];
  for (const address of [
    ...others,
    ...holding,
    'fec0::1',
    '::',
    '::1',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
    'no address',
  ]) {
    t.equal(isPrivate(address), true, address);
  }
});

t.test('mail goes over TLS with a password, and says what a webhook says', async (t) => {
  const { port, mails } = await receiveMail(t, { password: 'pass word' });
  const sender = await senderFor(t);
  const target = { host: 'localhost', port, from: 'hallpass@example.org', to: ['it@contoso.edu', 'sis@contoso.edu'] };
  const account = { user: 'relay', password: 'pass word' };
  const channel = await channelTo({ kind: 'smtp', target: { ...target, ...account } });
  t.equal(channel.target, `it@contoso.edu, sis@contoso.edu by localhost:${port}`);
  await sender.send(channel, message, nowMs);
  t.match(mails, [{ from: 'hallpass@example.org', to: target.to, isEncrypted: true, user: 'relay' }]);
  const [{ text } = { text: '' }] = mails;
  t.match(text, /^Subject: \[Hallpass\] Held operations \(contoso\)/m);
  t.match(text, /^Message-ID: <message-1@example\.org>/m);
  t.match(text, /^Auto-Submitted: auto-generated/m);
  t.match(text, /Contoso Schools \(contoso\): 3 operations wait\./);
  const wrong = await channelTo({ kind: 'smtp', target: { ...target, user: 'relay', password: 'other secret' } });
  const refused = await sender.send(wrong, message, nowMs).catch((error: Error) => error);
  t.match(refused, { code: 'ALERT_NOT_DELIVERED', message: /535/ });
  t.notMatch(String(refused), /other secret/);
});

t.test('no password goes to a mail server without TLS; other mail does where it is the operator’s own', async (t) => {
  const { port, mails } = await receiveMail(t, { hasTls: false });
  const sender = await senderFor(t);
  const target = { host: 'localhost', port, from: 'hallpass@example.org', to: ['it@contoso.edu'] };
  const signedIn = await channelTo({ kind: 'smtp', target: { ...target, user: 'relay', password: 'x' } });
  await t.rejects(sender.send(signedIn, message, nowMs), { code: 'ALERT_NOT_DELIVERED', message: /STARTTLS/ });
  t.same(mails, []);
  await sender.send(await channelTo({ kind: 'smtp', target }), message, nowMs);
  t.match(mails, [{ isEncrypted: false }]);
});

t.test('says what is wrong with a target', async (t) => {
  const refused = (kind: ChannelKind, target: object, pattern: RegExp) =>
    t.throws(() => checkTarget({ kind, target }, []), { code: 'ALERT_TARGET_INVALID', message: pattern });
  refused('webhook', { url: 'http://hooks.example.org', signingKey }, /https/);
  refused('webhook', { url: 'https://me:secret@hooks.example.org', signingKey }, /user name or password\.$/);
  refused('heartbeat', { url: 'ftp://x' }, /https/);
  const mail = { host: 'smtp.example.org', port: 25, from: 'a@x.org', to: ['b@x.org'] };
  refused('smtp', { ...mail, to: [] }, /to/);
  refused('smtp', { ...mail, from: 'me' }, /from: it must be a mail address/);
  refused('smtp', { ...mail, user: 'me' }, /both user and password/);
  refused('smtp', { ...mail, host: 'a b' }, /host/);
});
