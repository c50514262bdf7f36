/** The duration of each stage of the demo. */
export class Stages {
  /** Stages may overlap. */
  readonly seconds: Record<string, number> = {};

  async time<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      this.note(stage, (performance.now() - startedAt) / 1000);
    }
  }

  note(stage: string, seconds: number): void {
    this.seconds[stage] = seconds;
  }
}
