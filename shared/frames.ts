/** The frames in which messages travel: packed, unpacked, limited and checked. */
import { promisify } from 'node:util';
import { constants, gunzip, gunzipSync, gzip, gzipSync } from 'node:zlib';
import type { z } from 'zod';
import { fail, HallpassError, reasonOf } from './errors.ts';
import { atOnce, type InParts } from './in-parts.ts';
import { type Beyond, cutJson } from './json-parts.ts';
import { type AgentMessage, agentMessageSchema, limits, type RelayMessage, relayMessageSchema } from './link.ts';
import { type Bucket, type RosterRecord, recordSchema } from './roster.ts';

export interface Frame {
  data: string | Buffer;
  binary: boolean;
}

/** Level 1: 13 times smaller in half the time of level 6, which reaches only 15 times. */
const level = 1;
/** JSON longer than this takes more than a millisecond to compress, characters. */
const longAbove = 64 * 1024;

/** A message in its wire format: JSON text, or gzip in a binary frame when it is long. @throws HallpassError FRAME_TOO_LARGE */
export function encodeFrame(message: AgentMessage | RelayMessage): Frame {
  return frameOf(JSON.stringify(message));
}

/**
 * The same without making others wait for long messages, which take tens of milliseconds.
 *
 * @returns the frame of a short message at once
 */
export function encodeFrameAside(message: AgentMessage | RelayMessage): Frame | Promise<Frame> {
  const json = JSON.stringify(message);
  return json.length > longAbove ? gzipAside(json, { level }).then(packed) : frameOf(json);
}

function frameOf(json: string): Frame {
  return json.length <= limits.compressAboveBytes ? { data: json, binary: false } : packed(gzipSync(json, { level }));
}

function packed(data: Buffer): Frame {
  if (data.length > limits.maxFrameBytes) throw fail('FRAME_TOO_LARGE', { limit: limits.maxFrameBytes });
  return { data, binary: true };
}

const gzipAside = promisify(gzip) as (json: string, options: { level: number }) => Promise<Buffer>;

/**
 * Reads one frame and checks it against the schema of the side that sent it.
 *
 * @throws HallpassError FRAME_TOO_LARGE, FRAME_TOO_COMPLEX, FRAME_MALFORMED or MESSAGE_UNKNOWN; a single one does not
 *   end the connection, but many do (relay/http/link/conduct.ts).
 */
export function decodeFrame<M extends AgentMessage | RelayMessage>(frame: Frame, schema: z.ZodType<M>): M {
  return atOnce(decodeJson(unpackFrame(frame), schema));
}

/** The bytes of a frame's JSON. @throws HallpassError FRAME_TOO_LARGE, FRAME_MALFORMED */
export function unpackFrame(frame: Frame, maxBytes: number = limits.maxMessageBytes): Buffer {
  checkFrame(frame);
  if (!frame.binary) return plain(frame, maxBytes);
  try {
    return gunzipSync(frame.data, { maxOutputLength: maxBytes });
  } catch (error) {
    throw unpackFault(error, maxBytes);
  }
}

/**
 * The same without blocking: a long message takes tens of milliseconds. A frame that does not begin with the type of a
 * long message is unpacked only up to the limit of other messages.
 */
export async function unpackFrameAside(frame: Frame): Promise<Buffer> {
  checkFrame(frame);
  if (!frame.binary) return plain(frame, limits.maxOtherMessageBytes);
  let maxBytes: number = limits.maxOtherMessageBytes;
  try {
    if (longBeginning.test(beginningOf(frame.data))) maxBytes = limits.maxMessageBytes;
    return await gunzipAside(frame.data, { maxOutputLength: maxBytes, chunkSize: 256 * 1024 });
  } catch (error) {
    throw unpackFault(error, maxBytes);
  }
}

/**
 * Parses and checks the JSON of one frame, as {@link decodeFrame} does. Yields every millisecond or so, so that its
 * caller can do other things meanwhile.
 */
export function* decodeJson<M extends AgentMessage | RelayMessage>(json: Buffer, schema: z.ZodType<M>): InParts<M> {
  const parsed = yield* parseJson(json);
  const result = schema.safeParse(parsed);
  if (result.success) return result.data;
  throw fail('FRAME_MALFORMED', { reason: firstIssue(result.error) });
}

/** A record as it travels in a batch: without what its bucket implies. */
export function toWire(record: RosterRecord): Record<string, unknown> {
  const { kind: _kind, schoolId: _schoolId, ...fields } = record;
  return fields;
}

/** The inverse of {@link toWire}. @throws HallpassError FRAME_MALFORMED */
export function fromWire(bucket: Bucket, fields: Record<string, unknown>): RosterRecord {
  const result = recordSchema.safeParse({ ...fields, kind: bucket.kind, schoolId: bucket.schoolId });
  if (!result.success) throw fail('FRAME_MALFORMED', { reason: firstIssue(result.error) });
  return result.data;
}

const messageTypes = new Set<string>(
  [...agentMessageSchema.options, ...relayMessageSchema.options].map((option) => option.shape.type.value),
);

/** Messages that list buckets by the thousand. */
const longMessages = new Set(['hello', 'cycle.commit', 'welcome', 'repair']);

/** Members that may be long; elements of other long lists, which a later version may send, are not read. */
const longLists = new Set(['buckets', 'upserts', 'deletes', 'entries']);

/** Messages always begin with their type. */
const longBeginning = /^\{"type":"(?:hello|cycle\.commit|welcome|repair)"/;

function beginningOf(data: string | Buffer): string {
  const some = Buffer.from(data).subarray(0, 256);
  return gunzipSync(some, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1', 0, 40);
}

const gunzipAside = promisify(gunzip);

const jsonBounds = {
  maxDepth: limits.maxMessageDepth,
  maxValues: limits.maxMessageValues,
  maxValuesInPart: limits.maxPartValues,
  maxBytesInPart: limits.maxOtherMessageBytes,
};

const boundWords: Record<Exclude<Beyond, 'maxBytesInPart'>, string> = {
  maxDepth: `${jsonBounds.maxDepth} levels`,
  maxValues: `${jsonBounds.maxValues} values`,
  maxValuesInPart: `${jsonBounds.maxValuesInPart} values in one part`,
};

function checkFrame({ data }: Frame): void {
  if (Buffer.byteLength(data) > limits.maxFrameBytes) throw fail('FRAME_TOO_LARGE', { limit: limits.maxFrameBytes });
}

function plain({ data }: Frame, maxBytes: number): Buffer {
  const json = typeof data === 'string' ? Buffer.from(data) : data;
  if (json.length > maxBytes) throw fail('FRAME_TOO_LARGE', { limit: maxBytes });
  return json;
}

function unpackFault(error: unknown, maxBytes: number): HallpassError {
  if (error instanceof RangeError) return fail('FRAME_TOO_LARGE', { limit: maxBytes }, { cause: error });
  return fail('FRAME_MALFORMED', { reason: reasonOf(error) });
}

function* parseJson(json: Buffer): InParts<unknown> {
  const parts = yield* cutJson(json, jsonBounds);
  if (parts === 'maxBytesInPart') throw fail('FRAME_TOO_LARGE', { limit: limits.maxOtherMessageBytes });
  if (typeof parts === 'string') throw fail('FRAME_TOO_COMPLEX', { limit: boundWords[parts] });
  try {
    const parsed: unknown = JSON.parse(parts.text);
    // Checked before the long lists are parsed: unwanted content is not worth the time.
    checkLength(parsed, json.length);
    yield* parts.fill(parsed, longLists);
    return parsed;
  } catch (error) {
    if (error instanceof HallpassError) throw error;
    // A JSON error quotes the text around the fault, which may be a student's name: only its kind is reported.
    throw fail('FRAME_MALFORMED', { reason: error instanceof SyntaxError ? 'it is not JSON' : reasonOf(error) });
  }
}

function checkLength(parsed: unknown, bytes: number): void {
  const type = typeof parsed === 'object' && parsed !== null && 'type' in parsed ? parsed.type : undefined;
  if (typeof type === 'string' && !messageTypes.has(type)) throw fail('MESSAGE_UNKNOWN', { type: type.slice(0, 60) });
  if (bytes > limits.maxOtherMessageBytes && !(typeof type === 'string' && longMessages.has(type))) {
    throw fail('FRAME_TOO_LARGE', { limit: limits.maxOtherMessageBytes });
  }
}

/** Path and complaint of the first issue, never the offending value. */
function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'it does not fit the schema' : `${issue.path.join('.') || 'message'}: ${issue.message}`;
}
