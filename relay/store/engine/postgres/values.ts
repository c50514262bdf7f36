/** Values as the rest of the relay knows them from SQLite: whole numbers as numbers, flags as 0 and 1, days as text. */
import pg from 'pg';

/** Type oids of PostgreSQL (pg_type.dat). */
const oids = { bool: 16, int8: 20, numeric: 1700 };

const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  [oids.bool]: (text) => (text === 't' ? 1 : 0),
  [oids.int8]: wholeNumber,
  // The sum of whole numbers.
  [oids.numeric]: wholeNumber,
};

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError('a number in the database is too large');
  return number;
}

/** For the driver's option `types`. */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    return parsers[oid] ?? pg.types.getTypeParser(oid, format);
  },
};
