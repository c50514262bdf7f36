/** Compares the oracle's expectation with what is in Microsoft 365 now. */
import type { Microsoft } from './microsoft.ts';
import type { SeededAccount } from './oracle/accounts.ts';
import { type Actual, readDump, readProblems } from './oracle/actual.ts';
import { type Before, setAside } from './oracle/before.ts';
import { compare } from './oracle/compare.ts';
import { type District, readDistrict } from './oracle/district.ts';
import { type Circumstances, type Expected, expectedState } from './oracle/expected.ts';
import { summit } from './sites.ts';

export interface Inspection {
  district: District;
  expected: Expected;
  actual: Actual;
  differences: string[];
}

export interface InspectOptions {
  /** PowerSchool's database and the relay's. */
  powerschoolDb: string;
  relayDb: string;
  microsoft: Microsoft;
  /** The directory before anything was provisioned. */
  accounts: readonly SeededAccount[];
  /** All of that directory, including classes and schools. */
  before: Before;
  profiles: Circumstances['profiles'];
  groupLicenses: Circumstances['groupLicenses'];
}

/** What the expectation depends on besides PowerSchool's tables, as of now. */
export function circumstancesOf({ accounts, profiles, groupLicenses }: InspectOptions): Circumstances {
  return { directory: accounts, profiles, groupLicenses, today: localDate(new Date()) };
}

/** @param earlier what was expected before edits */
export async function inspect(options: InspectOptions, earlier?: Expected): Promise<Inspection> {
  const { powerschoolDb, relayDb, microsoft, accounts, before } = options;
  const circumstances = circumstancesOf(options);
  const district = readDistrict(powerschoolDb, circumstances.today);
  const expected = expectedState(district, circumstances, earlier);
  const actual = {
    ...(await readDump(microsoft.client.lines('/_sim/dump'))),
    problems: readProblems(relayDb, summit.slug),
  };
  const { rest, differences } = setAside(actual, before);
  return { district, expected, actual: rest, differences: [...differences, ...compare(expected, accounts, rest)] };
}

/** YYYY-MM-DD in this machine's time zone, which is the simulated district's. */
export function localDate(now: Date): string {
  const month = String(now.getMonth() + 1).padStart(2, '0');
  return `${now.getFullYear()}-${month}-${String(now.getDate()).padStart(2, '0')}`;
}
