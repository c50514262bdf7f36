/**
 * Runs a generator ahead of its reader, so that several can work in parallel and still be read one after the other.
 * Yielded values wait in memory: use it for generators that end after a few values.
 */
export function eagerly<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  const values: T[] = [];
  let wake = Promise.withResolvers<void>();
  let ended = false;
  const work = (async () => {
    for await (const value of source) {
      values.push(value);
      wake.resolve();
    }
  })().finally(() => {
    ended = true;
    wake.resolve();
  });
  // A failure surfaces when the reader gets there; here it only must not count as unhandled.
  work.catch(() => undefined);
  return read();

  async function* read(): AsyncGenerator<T> {
    while (!ended || values.length > 0) {
      yield* values.splice(0);
      if (ended) continue;
      await wake.promise;
      wake = Promise.withResolvers();
    }
    await work;
  }
}
