/** The messages between the main thread and the answer threads. All of them can be cloned. */
import type { CarriedError } from '../../../shared/threads.ts';
import type { Actor } from '../../app/actor.ts';
import type { ProxyVariables } from '../../network/proxy.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import type { RequestContext, RequestInput } from './route.ts';

/** What a thread gets at its start. */
export interface AnswerThreadStart {
  /** The database. */
  file: string;
  /** The state folder. */
  home: string;
  /** Key file, if not the one in the state folder. */
  keyFile: string | undefined;
  /** HTTPS_PROXY and the like; by default none. */
  proxies?: ProxyVariables | undefined;
  /** Milliseconds without work after which it reports that it is idle. */
  idleMs: number;
  /** Limit of its heap, megabytes; Node's own by default. */
  mostMb?: number | undefined;
}

/** A question from a caller who may ask it. */
export interface Question extends Pick<RequestContext, 'params' | 'headers' | 'nowMs' | 'url'>, RequestInput {
  /** Method and path of the route. */
  route: string;
  actor: Actor;
  /** The district that it is about; undefined for a question across districts. */
  tenant: Tenant | undefined;
}

/** To a thread. @property id unique among all questions */
export type ToAnswerThread =
  | { type: 'ask'; id: number; question: Question }
  /** There is room for the next piece. */
  | { type: 'next'; id: number }
  /** The answer to keep is on the disk, or why it is not. */
  | { type: 'kept'; id: number; error: CarriedError | undefined }
  /** Nobody is waiting for it anymore. */
  | { type: 'end'; id: number };

/** The beginning of an answer. */
export interface AnswerHead {
  status: number | undefined;
  headers: Record<string, string>;
  as: 'json' | 'csv' | 'empty';
}

/** Part of the answer's text, UTF-8. */
export interface Piece {
  bytes: Uint8Array;
  isLast: boolean;
}

/** From a thread. */
export type FromAnswerThread =
  | { type: 'head'; id: number; head: AnswerHead; piece: Piece }
  | { type: 'piece'; id: number; piece: Piece }
  /** Asks the main thread to keep the whole answer before the data that it shows is deleted. */
  | { type: 'keep'; id: number; head: AnswerHead; bytes: Uint8Array }
  /** @property more additional members of the problem */
  | { type: 'failed'; id: number; error: CarriedError; more: object | undefined }
  /** It has had no question for a while. */
  | { type: 'idle' };
