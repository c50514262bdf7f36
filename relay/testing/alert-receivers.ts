/** Where alerts arrive in tests: a real HTTPS server for webhooks and heartbeats, and a real mail server. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import type { Test } from 'tap';
import { keptCertificate } from '../../scripts/simulators/kept-keys.ts';

export interface Received {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface WebReceiver {
  /** `https://localhost:…` */
  url: string;
  received: Received[];
  /** What it answers: 204, unless a test says otherwise. */
  answer: { status: number; headers?: Record<string, string> };
  /** The body of its answers, by path; by default none. */
  bodyOf(path: string): string;
  close(): Promise<void>;
}

/** @param certificate by default one for localhost and 127.0.0.1, which the authority of {@link alertSettings} signed */
export async function receiveWeb(t: Test, certificate?: { cert: string; key: string }): Promise<WebReceiver> {
  const { cert, key } = certificate ?? (await keptCertificate());
  const receiver: WebReceiver = {
    url: '',
    received: [],
    answer: { status: 204 },
    bodyOf: () => '',
    close: async () => undefined,
  };
  const server = createServer({ cert, key }, async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    receiver.received.push({ method, path, headers, body: await text(request) });
    response.writeHead(receiver.answer.status, receiver.answer.headers).end(receiver.bodyOf(path));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.url = `https://localhost:${(server.address() as AddressInfo).port}`;
  receiver.close = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  t.teardown(receiver.close);
  return receiver;
}

export interface Mail {
  from: string;
  to: string[];
  /** Headers and text, as they came. */
  text: string;
  isEncrypted: boolean;
  user: string | undefined;
}

interface MailOptions {
  hasTls?: boolean;
  secure?: boolean;
  password?: string;
  certificate?: { cert: string; key: string };
}

export interface MailReceiver {
  port: number;
  mails: Mail[];
}

/**
 * @param options `hasTls`: whether it offers STARTTLS; `secure`: whether it speaks TLS from the beginning; `password`: that of the
 *   user `relay`, who has to sign in
 */
export async function receiveMail(
  t: Test,
  { hasTls = true, secure = false, password, certificate }: MailOptions = {},
): Promise<MailReceiver> {
  const { cert, key } = certificate ?? (await keptCertificate());
  const receiver: MailReceiver = { port: 0, mails: [] };
  const server = new SMTPServer({
    ...{ cert, key, secure, hideSTARTTLS: !hasTls, disabledCommands: hasTls ? [] : ['STARTTLS'] },
    ...{ authOptional: password === undefined, disableReverseLookup: true, closeTimeout: 0 },
    onAuth({ username, password: given }, _session, answer) {
      if (username === 'relay' && given === password) answer(null, { user: username });
      else answer(new Error('Invalid user or password'));
    },
    onData(stream, { envelope, secure, user }, answer) {
      text(stream).then((text) => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const to = envelope.rcptTo.map(({ address }) => address);
        receiver.mails.push({ from, to, text, isEncrypted: secure, user: typeof user === 'string' ? user : undefined });
        answer();
      }, answer);
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  receiver.port = (listening.address() as AddressInfo).port;
  t.teardown(() => new Promise<void>((resolve) => server.close(resolve)));
  return receiver;
}

/** Settings with which alerts reach the receivers. @param folder where the authority's certificate is written */
export async function alertSettings(folder: string): Promise<{ privateHosts: string[]; caFile: string }> {
  const caFile = join(folder, 'alerts-ca.pem');
  await writeFile(caFile, (await keptCertificate()).ca);
  return { privateHosts: ['localhost', '127.0.0.1'], caFile };
}
