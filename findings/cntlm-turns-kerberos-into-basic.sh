#!/usr/bin/env bash
# Date: 2026-11-30
# Package: cntlm 0.92.3-1.2 (Debian 12), the local proxy that signs in with NTLM at the next one
# Behavior: cntlm replaces the challenge of any 407 by one of its own, Basic realm="Cntlm for parent", with NTLMToBasic
#   off as well. Where the next proxy speaks NTLM, that can be met: user name and password are used in place of those in
#   cntlm.conf. Where it takes Negotiate (Kerberos) only, they are dropped, and the same challenge comes back each time.
# Expected: the challenge of the next proxy, or a 502. In RFC 9110 (11.7.1) a 407 states what the client can answer to
#   get through, and no password gets it through here. The manual ties this translation to NTLMToBasic.
# Why it matters: a school moves its proxy from NTLM to Kerberos, and every program behind cntlm asks for a user name
#   and a password and calls the right ones wrong. The one fact that tells what to do, Negotiate, reaches no client.
# What helps: take a second 407 with the realm "Cntlm for parent" as "cntlm cannot sign in there", and ask the next
#   proxy itself which schemes it takes.
set -euo pipefail
work=$(mktemp -d)
cntlm=
trap '[ -z "$cntlm" ] || kill "$cntlm" 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download cntlm=0.92.3-1.2
dpkg-deb -x cntlm_*.deb .
next=$((20000 + RANDOM % 5000))
port=$((25000 + RANDOM % 5000))
cat >cntlm.conf <<CONF
Username agent
Domain SCHOOL
Password from-cntlm-conf
Auth NTLM
Proxy 127.0.0.1:$next
Listen 127.0.0.1:$port
CONF
chmod 600 cntlm.conf
./usr/sbin/cntlm -f -c cntlm.conf >cntlm.log 2>&1 &
cntlm=$!

cat >ask.mjs <<'JS'
import { connect, createServer } from 'node:net';

const [next, port] = process.argv.slice(2).map(Number);
const CHALLENGE = (() => {
  const message = Buffer.alloc(48);
  message.write('NTLMSSP\0', 'latin1');
  message.writeUInt32LE(2, 8); // type 2, the challenge
  message.writeUInt32LE(48, 16); // an empty target name, at the end
  message.writeUInt32LE(0x00828201, 20); // NTLM, Unicode, a type of target
  message.write('0123456789abcdef', 24, 'hex');
  message.writeUInt32LE(48, 44); // no target information
  return message.toString('base64');
})();

// The next proxy: it notes who signs in, and lets in whom the host names.
let heard = [];
const refuse = (challenge) =>
  `HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: ${challenge}\r\nContent-Length: 0\r\n\r\n`;
const userOf = (message) => {
  const start = message.readUInt32LE(40); // of the user name, in UTF-16 or in single bytes
  return message.toString('latin1', start, start + message.readUInt16LE(36)).replaceAll('\0', '').toLowerCase();
};
const answer = (host, sent) => {
  const [scheme, token] = sent.split(' ');
  const message = Buffer.from(scheme === 'NTLM' ? token : '', 'base64');
  const type = message.length > 8 ? message[8] : 0;
  if (type === 3) heard.push(`NTLM as ${userOf(message)}`);
  else if (sent && type !== 1) heard.push(scheme);
  if (host.startsWith('kerberos')) return refuse('Negotiate');
  if (type === 1) return refuse(`NTLM ${CHALLENGE}`);
  return type === 3 && userOf(message) === host.split('.')[0] ? 'HTTP/1.1 200 OK\r\n\r\n' : refuse('NTLM');
};
const proxy = createServer((socket) => {
  let text = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      const head = text.slice(0, end);
      text = text.slice(end + 4);
      socket.write(answer(head.split(' ')[1], /^Proxy-Authorization: (.*)$/im.exec(head)?.[1].trim() ?? ''));
    }
  });
});
await new Promise((resolve) => proxy.listen(next, '127.0.0.1', resolve));

// Cntlm begins to listen a moment after its start: connect until it does.
const open = async () => {
  for (let tries = 0; ; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const error = await new Promise((resolve) => socket.once('connect', () => resolve()).once('error', resolve));
    if (!error) return socket;
    if (tries > 50) throw error;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
const ask = async (host, credentials) => {
  const socket = await open();
  const header = credentials ? `Proxy-Authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n` : '';
  socket.write(`CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\n${header}\r\n`);
  let text = '';
  for await (const bytes of socket) {
    text += bytes.toString('latin1');
    if (text.includes('\r\n\r\n')) break;
  }
  socket.destroy();
  const lines = text.split('\r\n').filter((line) => /^(HTTP\/|Proxy-Authenticate)/i.test(line));
  return lines.map((line) => line.replace(/^HTTP\/\S+ (\d+).*/, '$1')).join('; ');
};

const asksBasic = '407; Proxy-Authenticate: Basic realm="Cntlm for parent"';
const basic = 'SCHOOL\\teacher:from-the-client';
const cases = [
  ['NTLM, takes the account in cntlm.conf', 'agent.test', null, '200', 'NTLM as agent'],
  ['NTLM, takes another account          ', 'teacher.test', null, asksBasic, 'NTLM as agent'],
  ['NTLM, and that one is given as Basic ', 'teacher.test', basic, '200', 'NTLM as teacher'],
  ['Negotiate only                       ', 'kerberos.test', null, asksBasic, ''],
  ['Negotiate, and Basic is given        ', 'kerberos.test', basic, asksBasic, ''],
];
for (const [name, host, credentials, expected, sent] of cases) {
  heard = [];
  const seen = await ask(host, credentials);
  console.log(`${name}: client gets ${seen} (signed in: ${heard.join(', ') || 'none'})`);
  if (seen !== expected || heard.join(', ') !== sent) {
    console.error(`changed: was ${expected} (${sent || 'none'})`);
    process.exitCode = 1;
  }
}
process.exit();
JS
timeout 60 node ask.mjs "$next" "$port"
