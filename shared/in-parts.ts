/** Long work that pauses by itself: every `yield` is a place at which anyone who runs it may do something else. */
export type InParts<T> = Generator<void, T>;

/** Runs it for somebody who has nothing else to do. */
export function atOnce<T>(work: InParts<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
