/**
 * Runs a generator ahead of its reader, so that several work side by side and are still read one after the other. What it
 * yields waits in memory: for generators that end after a few values.
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
  // Met when reading to the end; nobody else needs it.
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
