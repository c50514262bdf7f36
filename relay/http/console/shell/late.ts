/**
 * A page whose main part takes longer than people like to look at nothing: its frame, with the navigation, is sent before. Whether
 * somebody may see the page is known by then; what goes wrong later is said in the page, under the status 200.
 */
import { Readable } from 'node:stream';
import type { Shown } from './page.ts';

export interface Late {
  late: Promise<Shown>;
}

/** @param ms until the frame is sent by itself */
export async function inTime(showing: Promise<Shown>, ms: number): Promise<Shown | Late> {
  const { promise, resolve } = Promise.withResolvers<Late>();
  const timer = setTimeout(() => resolve({ late: showing }), ms);
  try {
    return await Promise.race([showing, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param frame HTML before and after the main part @param mainOf the main part, or why there is none */
export function lateDocument(frame: { before: string; after: string }, mainOf: () => Promise<string>): Readable {
  const pieces = async function* () {
    yield frame.before;
    yield await mainOf();
    yield frame.after;
  };
  return Readable.from(pieces(), { objectMode: false });
}
