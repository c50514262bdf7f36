import t from 'tap';
import { backoffMs, retryAfterMs } from './backoff.ts';
import { catalog, fail, reasonOf } from './errors.ts';
import { exitCodes, reportError } from './terminal.ts';

t.test('every entry of the catalog says what happened, what to do, and when it appears', async (t) => {
  for (const [code, entry] of Object.entries(catalog)) {
    // A placeholder at the end stands for a whole sentence.
    t.match(entry.sentence, /[.}]$/, `${code}: the sentence is complete`);
    t.match(entry.action, /[.)}]$/, `${code}: the action is a sentence`);
    t.ok(entry.meaning.length > 20, `${code}: the meaning explains`);
  }
});

t.test('fills in an error and reports it with its next step', async (t) => {
  const error = fail('ENROLLMENT_CODE_INVALID', { url: 'https://relay.example' });
  t.equal(error.message, 'The enrollment code was not accepted by https://relay.example.');
  t.equal(error.retry, 'fix');
  let printed = '';
  const out = { write: (text: string) => (printed += text) } as unknown as NodeJS.WritableStream;
  t.equal(reportError(error, out), exitCodes.configuration);
  t.match(printed, /^error\[ENROLLMENT_CODE_INVALID\] The enrollment code .*\n {2}→ Ask for a new code/);
});

t.test('turns anything unknown into a bug with its cause', async (t) => {
  let printed = '';
  const out = { write: (text: string) => (printed += text) } as unknown as NodeJS.WritableStream;
  t.equal(reportError(new RangeError('out of cheese'), out), exitCodes.bug);
  t.match(printed, /error\[UNEXPECTED\] .*out of cheese/);
});

t.test('gives the cause of a failed fetch as its reason', async (t) => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  t.equal(reasonOf(new TypeError('fetch failed', { cause: refused })), 'connect ECONNREFUSED 127.0.0.1:1');
  t.equal(reasonOf(Object.assign(new Error('bad'), { code: 'EBAD' })), 'bad (EBAD)');
});

t.test('explains system errors about files and ports in plain words', async (t) => {
  for (const [said, reason] of [
    ["ENOENT: no such file or directory, open '/a, b'", 'no such file or directory (ENOENT)'],
    ["EISDIR: illegal operation on a directory, rename '/a' -> '/b'", 'illegal operation on a directory (EISDIR)'],
    ['ENOSPC: no space left on device, write', 'no space left on device (ENOSPC)'],
    ['listen EADDRINUSE: address already in use 127.0.0.1:8650', 'address already in use 127.0.0.1:8650 (EADDRINUSE)'],
    ['getaddrinfo ENOTFOUND relay.test', 'getaddrinfo ENOTFOUND relay.test'],
  ] as const) {
    t.equal(reasonOf(new Error(said)), reason);
  }
});

t.test('backoff grows, is capped, and never goes below what the server asked for', async (t) => {
  const options = { baseMs: 1000, capMs: 60_000 };
  t.equal(backoffMs(options, 0, 0.5), 500);
  t.equal(backoffMs(options, 3, 0.5), 4000);
  t.equal(backoffMs(options, 99, 0.999), 59_940);
  t.equal(backoffMs(options, 0, 0, 2128), 2128);
});

t.test('reads Retry-After in every format', async (t) => {
  const now = Date.parse('2026-11-24T08:00:00Z');
  t.equal(retryAfterMs('2.128', now), 2128);
  t.equal(retryAfterMs('10', now), 10_000);
  t.equal(retryAfterMs('Tue, 24 Nov 2026 08:00:30 GMT', now), 30_000);
  t.equal(retryAfterMs('Tue, 24 Nov 2026 07:00:00 GMT', now), 0, 'a date in the past');
  t.equal(retryAfterMs('999999', now), 3_600_000, 'an hour at most');
  t.equal(retryAfterMs('soon', now), undefined);
  t.equal(retryAfterMs(null, now), undefined);
});
