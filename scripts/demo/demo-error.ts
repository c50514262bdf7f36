/** Why the demo could not go on, with what to do, and the last words of the program concerned. */
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
