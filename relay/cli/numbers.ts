/**
 * Numbers in options: invalid ones are refused as usage errors when they are parsed, so that commander names the
 * option.
 */
import { InvalidArgumentError } from 'commander';

export function portNumber(text: string): number {
  return whole(text, 0, 65_535);
}

export function seconds(text: string): number {
  return whole(text, 1, 86_400);
}

export function operationCount(text: string): number {
  return whole(text, 1, 100_000_000);
}

export function rowCount(text: string): number {
  return whole(text, 1, 1_000_000);
}

export function days(text: string): number {
  return whole(text, 1, 36_500);
}

/** The total number of connections, at least a few. */
export function connectionCount(text: string): number {
  return whole(text, 10, 1_000_000);
}

export function connectionsPerAddress(text: string): number {
  return whole(text, 1, 1_000_000);
}

/** A factor of at least 1. */
export function factor(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= 10_000)) throw new InvalidArgumentError('Give a number from 1 to 10000.');
  return value;
}

function whole(text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
}
