/** Long work that pauses by itself: at every `yield`, its caller may do something else. */
export type InParts<T> = Generator<void, T>;

/** Runs it without pauses, for a caller that has nothing else to do. */
export function atOnce<T>(work: InParts<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
