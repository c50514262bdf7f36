/** How a problem comes about, against the Microsoft simulator, and how it is put right. */
import type { User } from '../../../scripts/simulators/microsoft/directory/entities.ts';
import { type FaultOrder, faultOrder } from '../../../scripts/simulators/microsoft/fault-order.ts';
import type { RosterRecord } from '../../../shared/roster.ts';
import { parseProfile } from '../../profile/profile.ts';
import type { District } from '../district.ts';

export interface Cause {
  /** Accounts are made, and nobody has one; else everybody has one that is matched. */
  create?: true;
  /** Options of the profile besides. */
  profile?: object;
  /** Made of the roster of the district, before the first run. */
  roster?: (records: RosterRecord[]) => RosterRecord[];
  /** Before the first run. */
  before?: (district: District) => void;
  /** Each followed by a run a quarter of an hour later, after the first one. */
  after?: ((district: District) => void | Promise<void>)[];
  /** Puts it right; a run a quarter of an hour later, nothing is wrong anymore. */
  fix: (district: District) => void | Promise<void>;
}

export const nothing = (): void => undefined;

/** The roster with other values for one record. */
export function having(id: string, values: object) {
  return (records: RosterRecord[]) => records.map((one) => (one.id === id ? { ...one, ...values } : one));
}

export function without(...ids: string[]) {
  return (records: RosterRecord[]) => records.filter(({ id }) => !ids.includes(id));
}

export function reprofile(changes: object) {
  return (district: District): void => {
    district.profile = parseProfile({ ...district.profile, ...changes }, district.profile.name);
  };
}

/** @param path a regular expression; one with `batch` in it hits batches as a whole */
export function faulty(path: string, kind: FaultOrder['kind'], times: number) {
  return ({ microsoft }: District): void => {
    microsoft.faults.add(faultOrder.parse({ match: { path }, kind, times }));
  };
}

/** Graph answers so, as long as the fault is there. @param path a regular expression */
export function answering(
  method: string,
  path: string,
  answer: { status: number; code?: string; message?: string; body?: string; details?: GivenDetail[] },
) {
  return ({ microsoft }: District): void => {
    microsoft.faults.add(faultOrder.parse({ match: { method, path }, kind: 'answer', answer, times: 'always' }));
  };
}

interface GivenDetail {
  code: string;
  target: string;
  message: string;
}

export function faultsEnd({ microsoft }: District): void {
  microsoft.faults.clear();
}

/** An account that nobody of the roster has. */
export function stranger(props: { userPrincipalName: string; mailNickname: string }) {
  return ({ microsoft }: District): void => {
    microsoft.directory.addUser({ displayName: 'Stranger', usageLocation: 'US', ...props }, 'once');
  };
}

export function accountOf({ microsoft }: District, name: string): User {
  const [user] = microsoft.directory.users.find('userPrincipalName', `${name}@contoso.edu`);
  if (user === undefined) throw new Error(`no account ${name}`);
  return user;
}
