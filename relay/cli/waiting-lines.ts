/** Lines about what waits. */
import { sentenceOf } from '../app/queries/sentences.ts';
import type { Turn, Waiting } from '../app/queries/waiting.ts';
import type { Names } from '../store/roster/names.ts';

export function turnLine({ at, left, waiting, minutesLeft }: Turn): string {
  const { needs, turn, time } = waiting;
  const end = minutesLeft === null ? '' : `, about ${minutesLeft} min at the current rate`;
  return `Under way at ${at}: ${left} operations left${end} (${turn} ready, ${needs} waiting for what they need); ${time} set aside for a time.`;
}

/** @param count of all, of which only some are named */
export function waitingLines(count: number, waiting: readonly Waiting[], names: Names): string[] {
  if (waiting.length === 0) return [];
  const lines = waiting.map((one) => `  ${sentenceOf(one, names)}: ${one.because}`);
  const more = count - waiting.length;
  return ['\nWaiting:', ...lines, ...(more > 0 ? [`  and ${more} more`] : [])];
}
