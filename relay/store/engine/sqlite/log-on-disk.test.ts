import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { LogOnDisk } from './log-on-disk.ts';

/** A disk that finishes a flush when it is told to. */
function slowDisk() {
  const flushes: PromiseWithResolvers<void>[] = [];
  let closed = false;
  const log = new LogOnDisk({
    flush: () => {
      const one = Promise.withResolvers<void>();
      flushes.push(one);
      return one.promise;
    },
    close: async () => {
      closed = true;
    },
  });
  return { log, flushes, isClosed: () => closed };
}

function watched(promise: Promise<void>) {
  const state = { is: 'waiting' };
  promise.then(
    () => {
      state.is = 'there';
    },
    () => {
      state.is = 'failed';
    },
  );
  return state;
}

t.test('one flush serves all commits made until it began, and none of those after', async (t) => {
  const { log, flushes } = slowDisk();
  log.noteCommit();
  const first = watched(log.reached());
  log.noteCommit();
  const second = watched(log.reached());
  log.noteCommit();
  const third = watched(log.reached());
  await setImmediate();
  t.equal(flushes.length, 1);
  flushes[0]?.resolve();
  await setImmediate();
  t.same([first.is, second.is, third.is], ['there', 'waiting', 'waiting']);
  t.equal(flushes.length, 2, 'the second flush is for both');
  flushes[1]?.resolve();
  await setImmediate();
  t.same([second.is, third.is], ['there', 'there']);
  t.equal(flushes.length, 2);
});

t.test('whoever wrote nothing waits for what others have committed, and else for nothing', async (t) => {
  const { log, flushes } = slowDisk();
  await log.reached();
  t.equal(flushes.length, 0);
  log.noteCommit();
  const reader = watched(log.reached());
  await setImmediate();
  t.equal(reader.is, 'waiting');
  flushes[0]?.resolve();
  await setImmediate();
  t.equal(reader.is, 'there');
  await log.reached();
  t.equal(flushes.length, 1);
});

t.test('after a flush that failed nothing is promised any more', async (t) => {
  const { log, flushes, isClosed } = slowDisk();
  log.noteCommit();
  const first = log.reached();
  await setImmediate();
  flushes[0]?.reject(new Error('EIO'));
  await t.rejects(first, { message: 'EIO' });
  await t.rejects(log.reached(), { message: 'EIO' });
  log.noteCommit();
  await t.rejects(log.reached(), { message: 'EIO' });
  t.equal(flushes.length, 1, 'a second flush would succeed, and mean nothing');
  await log.close();
  t.ok(isClosed());
});
