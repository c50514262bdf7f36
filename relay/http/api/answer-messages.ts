/** What passes between the main thread and the threads that answer. Everything can be cloned. */
import type { CarriedError } from '../../../shared/threads.ts';
import type { Actor } from '../../app/actor.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import type { Asked, Visit } from './route.ts';

/** With what a thread begins. */
export interface AnswerThreadStart {
  /** The database. */
  file: string;
  /** The state folder. */
  home: string;
  /** Key file instead of the one in the state folder. */
  keyFile: string | undefined;
  /** After which it says that it has nothing to do, milliseconds. */
  idleMs: number;
  /** Of its heap, megabytes; Node's own limit unless it says otherwise. */
  mostMb?: number | undefined;
}

/** A question of somebody who may ask it. */
export interface Question extends Pick<Visit, 'params' | 'headers' | 'nowMs' | 'url'>, Asked {
  /** Method and path of its route. */
  route: string;
  actor: Actor;
  /** The district that it is about; undefined for one across districts. */
  tenant: Tenant | undefined;
}

/** To a thread. @property id a number that no other question has */
export type ToAnswerThread =
  | { type: 'ask'; id: number; question: Question }
  /** What comes after the piece before has room. */
  | { type: 'next'; id: number }
  /** What was to be kept is on the disk, or why it is not. */
  | { type: 'kept'; id: number; error: CarriedError | undefined }
  /** Nobody waits for it anymore. */
  | { type: 'end'; id: number };

/** What an answer begins with. */
export interface AnswerHead {
  status: number | undefined;
  headers: Record<string, string>;
  as: 'json' | 'csv' | 'empty';
}

/** Some of the answer's text, UTF-8. */
export interface Piece {
  bytes: Uint8Array;
  isLast: boolean;
}

/** From a thread. */
export type FromAnswerThread =
  | { type: 'head'; id: number; head: AnswerHead; piece: Piece }
  | { type: 'piece'; id: number; piece: Piece }
  /** Has an answer kept, whole, before what it shows is forgotten. */
  | { type: 'keep'; id: number; head: AnswerHead; bytes: Uint8Array }
  /** @property more what else the problem says */
  | { type: 'failed'; id: number; error: CarriedError; more: object | undefined }
  /** Nobody has asked it for a while. */
  | { type: 'idle' };
