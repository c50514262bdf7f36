/** The last lines of the log in memory: as many as people scroll through, and never more. */

import { sentence } from '../log/reporter.ts';
import type { AgentEvent } from '../model/events.ts';
import { passesByItself } from './problems.ts';

/** `routine`: a check that found nothing. It shows that the agent is alive, and is dropped first. */
export type Level = 'routine' | 'info' | 'warning' | 'error';

export interface LogLine {
  /** Increases by one with every line. */
  number: number;
  /** Milliseconds since the epoch. */
  at: number;
  level: Level;
  text: string;
}

const mostLines = 400;

export class LogTail {
  #lines: LogLine[] = [];
  #last = 0;

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  add(event: AgentEvent, at: number): void {
    this.#last += 1;
    this.#lines.push({ number: this.#last, at, level: levelOf(event), text: sentence(event) });
    if (this.#lines.length <= mostLines) return;
    const routine = this.#lines.findIndex(({ level }) => level === 'routine');
    this.#lines.splice(Math.max(0, routine), 1);
  }

  since(number: number): readonly LogLine[] {
    return this.#lines.filter((line) => line.number > number);
  }
}

export function levelOf(event: AgentEvent): Level {
  switch (event.event) {
    case 'cycle.unchanged':
    case 'cycle.progress':
      return 'routine';
    case 'problem':
      return passesByItself(event.code) ? 'warning' : 'error';
    case 'link.lost':
    case 'clock.corrected':
    case 'link.told':
      return 'warning';
    default:
      return 'info';
  }
}
