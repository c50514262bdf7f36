/** What passes between the relay's main thread and the threads that take turns. Everything can be cloned. */
import type { CarriedError } from '../../shared/threads.ts';
import type { Cost, RequestBudget } from '../graph/budget.ts';
import type { ProxyVariables } from '../network/proxy.ts';
import type { RelaySettings } from '../settings/settings.ts';
import type { Tenant } from '../store/tenants/system.ts';

/** With what a thread begins. */
export interface ThreadStart {
  /** The database. */
  file: string;
  /** The state folder. */
  home: string;
  /** Key file instead of the one in the state folder. */
  keyFile: string | undefined;
  settings: RelaySettings;
  proxies: ProxyVariables | undefined;
  /** How many short turns are under way (precedence.ts). */
  shortTurns: Int32Array;
}

/** To a thread. @property turn a number that no other turn has */
export type ToThread =
  | { type: 'take'; turn: number; tenant: Tenant; isForPeople: boolean }
  | { type: 'end'; turn: number }
  /** Something may have changed. */
  | { type: 'wake'; turn: number }
  /** Another thread takes the tenant's turns from now on. */
  | { type: 'forget'; tenantId: string }
  /** What was asked of the budget has been taken from it. */
  | { type: 'granted'; ask: number }
  | { type: 'close' };

type SlowDown = Parameters<RequestBudget['slowDown']>;

/** From a thread. @property ask a number that no other question to the budget has */
export type FromThread =
  | { type: 'begun'; turn: number; profiles: string[] }
  /** @property noticed how many wake-ups it has noticed */
  | { type: 'ended'; turn: number; dueAt: number | undefined; noticed: number }
  | { type: 'failed'; turn: number; error: CarriedError }
  /** It could not begin, and ends. */
  | { type: 'unable'; error: CarriedError }
  | { type: 'ask'; turn: number; ask: number; cost: Cost }
  | { type: 'withdraw'; ask: number }
  | { type: 'slow down'; turn: number; answer: SlowDown }
  | { type: 'fit'; turn: number; users: number }
  /** A line of the log, JSON. */
  | { type: 'log'; line: string };
