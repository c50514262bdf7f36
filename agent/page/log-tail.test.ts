import t from 'tap';
import type { Problem } from '../model/watch.ts';
import { LogTail } from './log-tail.ts';

const some: Problem = { code: 'POWERSCHOOL_FAILED', message: 'It failed.', action: 'Wait.' };

t.test('the log keeps the most important lines longest', async (t) => {
  const log = new LogTail();
  log.add({ event: 'problem', ...some, code: 'SETTING_INVALID' }, 0);
  for (let at = 1; at <= 1000; at += 1) {
    if (at % 10 === 0) log.add({ event: 'link.lost', code: 'LINK_LOST', message: `${at}` }, at);
    else log.add({ event: 'problem', ...some }, at);
    log.add({ event: 'agent.restored', folder: '/' }, at);
  }
  t.equal(log.lines.length, 400);
  t.equal(log.lines.at(-1)?.number, 2001);
  t.same(
    log.since(1999).map(({ level }) => level),
    ['warning', 'info'],
  );
  const quiet = new LogTail();
  quiet.add({ event: 'problem', ...some, code: 'SETTING_INVALID' }, 0);
  const counts = { requests: 1, bytesReceivedFromPowerSchool: 1, bytesSent: 1, upserts: 0, deletes: 0 };
  const totals = { totalRequests: 1, totalBytesReceivedFromPowerSchool: 1, totalBytesSent: 1, totalUpserts: 0 };
  const check = { event: 'cycle.unchanged' as const, seconds: 1, ...counts, ...totals, totalDeletes: 0, rssPeakMB: 1 };
  for (let at = 1; at <= 1000; at += 1) quiet.add(check, at);
  t.match(quiet.lines[0], { level: 'error', at: 0 }, 'routine lines are dropped first');
});
