/** Alerts by mail. */
import { isIP, type Socket } from 'node:net';
import { contextOf } from '../../shared/trust.ts';
import { type AlertMessage, textOf } from '../alerts/message.ts';
import { proxyFor } from '../network/proxy.ts';
import { tunnelTo } from '../network/tunnel.ts';
import type { MailTarget } from './target.ts';
import { addressOf, isAllowed, needOutside } from './targets.ts';
import type { Reach } from './web.ts';

/** Milliseconds: to connect and to be greeted, and of silence later. */
const connectMs = 10_000;
const silenceMs = 30_000;

/**
 * Encrypted always, unless the operator named the server as one of their own network and no password is sent.
 *
 * @throws HallpassError ALERT_TARGET_PRIVATE, and what nodemailer throws
 */
export async function sendMail(target: MailTarget, message: AlertMessage, reach: Reach): Promise<void> {
  const { host, port, from, to, user, password } = target;
  // Loaded by those alone who send mail.
  const { createTransport } = await import('nodemailer');
  const isOwn = isAllowed(host, reach.privateHosts);
  const secureContext = contextOf(reach.ca);
  const proxy = proxyFor(new URL(`smtp://${host}:${port}`), reach.proxies);
  if (proxy !== undefined) await needOutside(host, reach.privateHosts);
  const connection = proxy && (await tunnelTo({ host, port }, proxy, secureContext));
  const transport = createTransport({
    // Resolved and looked at here: nodemailer would resolve the name again.
    host: connection === undefined ? await addressOf(host, reach.privateHosts) : host,
    port,
    secure: port === 465,
    requireTLS: port !== 465 && (!isOwn || password !== undefined),
    tls: {
      ...(isIP(host) === 0 && { servername: host }),
      secureContext,
      rejectUnauthorized: true,
    },
    ...(user !== undefined && { auth: { user, pass: password } }),
    ...{ connectionTimeout: connectMs, greetingTimeout: connectMs, socketTimeout: silenceMs },
    ...(connection && { getSocket: socketOf(connection) }),
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  try {
    await transport.sendMail({
      ...{ from, to, subject: `[Hallpass] ${message.title}`, text: textOf(message) },
      // The same at every attempt, by which mail servers recognize a repetition.
      messageId: `<${message.id}@${from.split('@').at(-1)}>`,
      // RFC 3834: no out-of-office answers.
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Hallpass-Alert': message.type },
    });
  } finally {
    transport.close();
    connection?.destroy();
  }
}

/** For nodemailer, which begins TLS on it as on one of its own. */
function socketOf(connection: Socket) {
  return (_options: unknown, done: (error: null, given: { connection: Socket }) => void) => done(null, { connection });
}
