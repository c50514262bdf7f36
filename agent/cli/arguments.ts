/** Command-line values that are not plain text. */
import { InvalidArgumentError } from 'commander';

/** @throws InvalidArgumentError */
export function integer(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}

/** @throws InvalidArgumentError */
export function decimal(value: string): number {
  if (!/^\d{1,3}(\.\d{1,6})?$/.test(value)) throw new InvalidArgumentError('It must be a number like 0.02.');
  return Number(value);
}
