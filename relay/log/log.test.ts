import { createInterface } from 'node:readline/promises';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { createLog } from './log.ts';

t.test('as text, a line has the event and its facts, and in words what somebody has to act on', async (t) => {
  const out = new PassThrough();
  const log = createLog('text', out);
  log.warn({ event: 'relay.warning' }, 'There is no app registration');
  log.info({ event: 'run.started', tenant: 'contoso' }, 'run started');
  log.warn({ event: 'proxy.silent', proxy: '10.0.0.1' });
  const lines: string[] = [];
  for await (const line of createInterface({ input: out })) {
    if (lines.push(line.replace(/^\d\d:\d\d:\d\d /, '')) === 3) break;
  }
  t.same(lines, [
    'warn relay.warning There is no app registration',
    'info run.started tenant=contoso',
    'warn proxy.silent proxy=10.0.0.1',
  ]);
});
