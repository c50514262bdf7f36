/** Why the demo could not continue, what to do, and the last output of the program concerned. */
export class DemoError extends Error {
  readonly action: string;
  readonly lastLines: readonly string[];

  constructor(message: string, action: string, lastLines: readonly string[] = []) {
    super(message);
    this.action = action;
    this.lastLines = lastLines;
  }
}

/** Ctrl-C, or another signal that asks the demo to end. */
export class Interrupted extends Error {}
