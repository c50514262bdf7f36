/** Today's relay on what an earlier version left behind, and beside an agent of that version. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { importJWK } from 'jose';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { parseProfile } from '../../relay/profile/profile.ts';
import { newToken, tokenHash } from '../../relay/store/tenants/api-token.ts';
import { type AgentIdentity, signToken } from '../../relay/testing/agent-double.ts';
import { startTestRelay } from '../../relay/testing/relay-double.ts';
import { decodeFrame, encodeFrame } from '../../shared/frames.ts';
import { type AgentMessage, linkPath, relayMessageSchema, subprotocol } from '../../shared/link.ts';
import { Recording } from './recording.ts';

type Message = Record<string, unknown> & { type: string };

/** The relay on the recorded folder, and the recorded agent's identity. */
async function open(t: Test, recording: Recording, prepare: (db: DatabaseSync) => void = () => undefined) {
  const dir = t.testdir({});
  const home = recording.relayFolder(join(dir, 'relay'));
  const db = new DatabaseSync(join(home, 'relay.db'));
  prepare(db);
  db.close();
  const relay = await startTestRelay(home);
  t.teardown(() => relay.close());
  const agentFolder = recording.agentFolder(join(dir, 'agent'));
  const { agentId, tenantId, privateKey } = JSON.parse(readFileSync(join(agentFolder, 'identity.json'), 'utf8'));
  const key = await importJWK(privateKey, 'EdDSA');
  if (key instanceof Uint8Array) throw new TypeError('the recorded key is no key pair');
  const identity: AgentIdentity = { agentId, tenantId, privateKey: key };
  return { relay, identity, home };
}

/** Sends what the recorded agent sent, each when the relay has answered what came before as it did then. */
class Replay {
  readonly said: Message[] = [];
  readonly #socket: WebSocket;
  #changed = Promise.withResolvers<void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    const wake = () => {
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    };
    socket.on('message', (data, binary) => {
      this.said.push(decodeFrame({ data: data as Buffer, binary }, relayMessageSchema));
      wake();
    });
    socket.on('close', (code) => {
      this.said.push({ type: 'closed', code });
      wake();
    });
  }

  static async open(url: string, identity: AgentIdentity): Promise<Replay> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${linkPath}`, subprotocol, {
      headers: { authorization: `Bearer ${await signToken(identity)}` },
      perMessageDeflate: false,
    });
    const replay = new Replay(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return replay;
  }

  send(message: Message): void {
    const { data, binary } = encodeFrame(message as unknown as AgentMessage);
    this.#socket.send(data, { binary });
  }

  async until(count: number, type: string): Promise<Message[]> {
    for (;;) {
      const found = this.said.filter((message) => message.type === type);
      const closed = this.said.find((message) => message.type === 'closed');
      if (found.length >= count || closed !== undefined) return found;
      await this.#changed.promise;
    }
  }

  close(): void {
    this.#socket.terminate();
  }
}

function messagesOf(recording: Recording, scene: RegExp, from: 'agent' | 'relay'): Message[] {
  return recording
    .traffic()
    .flatMap((one) => (scene.test(one.scene) && one.from === from && 'message' in one ? [one.message as Message] : []));
}

for (const recording of Recording.all()) {
  const { version } = recording.about;

  t.test(`a first cycle of an agent ${version} ends with equal digests`, async (t) => {
    const { relay, identity } = await open(t, recording, (db) => {
      // The profile stays: it asks for everything that was sent then.
      db.exec('DELETE FROM record; DELETE FROM bucket;');
    });
    const replay = await Replay.open(relay.url, identity);
    t.teardown(() => replay.close());
    const messages = messagesOf(recording, /^first cycle/, 'agent');
    for (const message of messages) replay.send(message);
    const sequenced = messages.filter(({ seq }) => typeof seq === 'number');
    const acks = await replay.until(sequenced.length, 'ack');
    t.equal(acks.at(-1)?.seq, sequenced.at(-1)?.seq, 'everything is acknowledged');
    t.same(
      replay.said.filter(({ type }) => type === 'repair' || type === 'error' || type === 'closed'),
      [],
    );
  });

  t.test(`what today's relay says is what an agent ${version} reads`, async (t) => {
    const { relay, identity } = await open(t, recording);
    const replay = await Replay.open(relay.url, identity);
    t.teardown(() => replay.close());
    const [hello] = messagesOf(recording, /^a lost baseline/, 'agent');
    const asked = messagesOf(recording, /^a lost baseline/, 'agent').filter(({ type }) => type === 'manifest.get');
    if (hello === undefined) throw new TypeError('the recording has no hello');
    replay.send(hello);
    const [welcome] = await replay.until(1, 'welcome');
    const [then] = messagesOf(recording, /^the relay goes down/, 'relay').filter(({ type }) => type === 'welcome');
    t.same(welcome?.buckets, then?.buckets, 'its mirror survived the migrations, digest by digest');
    t.equal(welcome?.salt, then?.salt);
    for (const request of asked) replay.send(request);
    await replay.until(asked.length, 'manifest');
    replay.send({ type: 'greeting' });
    await replay.until(1, 'error');
    relay.command(identity.tenantId, 'settings');
    await replay.until(1, 'command');
    const valid = new Ajv2020({ strict: false, validateFormats: false }).compile(recording.messageSchema('relay'));
    for (const message of replay.said) t.ok(valid(message), `${message.type}: ${JSON.stringify(valid.errors)}`);
  });

  t.test(`profile documents of ${version} are understood`, async (t) => {
    for (const [name, document] of Object.entries(recording.profiles())) {
      t.doesNotThrow(() => parseProfile(document, name), name);
    }
  });

  t.test(`a token of ${version} opens its district, as a viewer`, async (t) => {
    const token = newToken();
    const { relay } = await open(t, recording, (db) => {
      const statement = `insert into api_token (tenant_id, id, name, hash, created_at, created_by, expires_at)
        select id, 'old', 'old', ?, '2026-01-01T00:00:00.000Z', 'kim', '2999-01-01T00:00:00.000Z' from tenant`;
      db.prepare(statement).run(tokenHash(token));
    });
    const headers = { authorization: `Bearer ${token}` };
    const of = (path: string) => `${relay.url}/api/v1/tenants/${recording.about.district}/${path}`;
    t.equal((await fetch(of('status'), { headers })).status, 200);
    t.equal((await fetch(of('runs/start'), { method: 'POST', headers })).status, 403);
    const { entries } = (await (await fetch(of('audit?limit=1'), { headers })).json()) as { entries: object[] };
    t.match(entries, [{ who: String, note: null, actor: null }], 'entries of then say no more than they did');
  });

  t.test(`answers of the API keep every field that ${version} gave`, async (t) => {
    const { relay, identity, home } = await open(t, recording);
    // A migration has the directory read again, which is the first run's work: here, as if that had been.
    const db = new DatabaseSync(join(home, 'relay.db'));
    db.exec("UPDATE directory_state SET users_delta_link = 'read again'");
    db.close();
    const { createToken } = await import('../../relay/store/tenants/api-tokens.ts');
    const made = await relay.store.withTenant(identity.tenantId, (scope) =>
      createToken(scope, { name: 'test', days: 1, by: 'test' }, new Date()),
    );
    for (const [path, then] of Object.entries(recording.answers())) {
      const place = path === 'openapi.json' ? path : `tenants/${recording.about.district}/${path}`;
      const answer = await fetch(`${relay.url}/api/v1/${place}`, {
        headers: { authorization: `Bearer ${made.token}` },
      });
      t.equal(answer.status, then.status, path);
      t.same(missing(then.body, await answer.json()), [], path);
    }
  });
}

/** Paths of values that were there then and are not now, or are of another type. Lists are held by their first element. */
function missing(then: unknown, now: unknown, path = ''): string[] {
  if (Array.isArray(then)) {
    if (!Array.isArray(now)) return [path];
    return then.length === 0 || now.length === 0 ? [] : missing(then[0], now[0], `${path}[]`);
  }
  if (then === null || now === null) return [];
  if (typeof then !== typeof now) return [path];
  if (typeof then !== 'object' || typeof now !== 'object') return [];
  return Object.entries(then).flatMap(([name, value]) =>
    name in now ? missing(value, (now as Record<string, unknown>)[name], `${path}.${name}`) : [`${path}.${name}`],
  );
}
