import { z } from 'zod';
import { digestTextSchema } from './digest.ts';
import { leftOutSchema } from './left-out.ts';
import { isPrintableLine } from './printable.ts';
import { kinds } from './roster.ts';

/** WebSocket subprotocol of version 1: offered by the agent, chosen by the relay at the upgrade. */
export const subprotocol = 'hallpass.v1';
export const protocolVersion = 1;

/**
 * Subprotocol of a check: the same upgrade with the same proof, answered with one {@link checkAnswerSchema} and closed.
 * Does not affect the agent's own connection, which a second one would replace. A relay that does not know it answers
 * 426.
 */
export const checkSubprotocol = 'hallpass.check.v1';

/** Path of the upgrade and of enrollment, below the relay's base address. */
export const linkPath = '/agent/v1/link';
export const enrollPath = '/agent/v1/enroll';

/** The agent's upgrade token (JWT, EdDSA): issuer and subject are the agent's id, and it lives for one minute. */
export const tokenAudience = 'hallpass-relay';
export const tokenLifetimeSeconds = 60;
/**
 * How far an agent's clock may be off, in seconds: the relay refuses tokens beyond it, and the agent's check warns
 * there.
 */
export const clockToleranceSeconds = 30;

/** Close codes with a meaning of their own (RFC 6455 leaves 4000–4999 to applications). */
export const closeCodes = {
  /** The agent was revoked: stop, do not come back. */
  revoked: 4001,
  /** The same agent connected elsewhere: do not compete for the place. */
  replaced: 4002,
  /** No protocol version in common. */
  version: 4003,
  /** The connection broke a rule of the protocol; reconnect and compare. */
  protocol: 4004,
  /** The district is read from another PowerSchool server: come back later, someone may confirm that it is the same. */
  source: 4005,
} as const;

export const limits = {
  /** The size of one frame on the wire, in bytes. */
  maxFrameBytes: 1 << 20,
  /** Bytes of one frame's JSON, after decompression, if it lists buckets by the thousand (hello, cycle.commit …). */
  maxMessageBytes: 8 << 20,
  /** The same for all other messages; agents fill a batch up to a quarter of a million characters. */
  maxOtherMessageBytes: 1 << 20,
  /** Nesting depth of arrays and objects; the deepest message, hello, has four levels. */
  maxMessageDepth: 8,
  /** Values in one message; a hello with 20,000 buckets has 120,000. */
  maxMessageValues: 200_000,
  /**
   * Values in one element of a long list, or in everything outside of long lists; the highest count, with left-out
   * rows, is 3,000.
   */
  maxPartValues: 10_000,
  /** Records (upserts and deletes) in one batch. */
  maxBatchRecords: 2000,
  /** Entries in one manifest message. */
  maxManifestEntries: 10_000,
  /** Frames with longer JSON travel as gzip in a binary frame. */
  compressAboveBytes: 1024,
} as const;

/** Text that people may see later: no control characters, line ends or changes of direction. */
const printableText = z.string().refine(isPrintableLine, 'it has control characters');
const bucketSchema = z.strictObject({ kind: z.enum(kinds), schoolId: z.string().min(1).max(40) });
const hashSchema = z.string().regex(/^[0-9a-f]{32}$/);
const id = z.string().min(1).max(40);
const seq = z.int().min(1);
const bucketDigestSchema = bucketSchema.extend({ digest: digestTextSchema });
export type BucketDigest = z.infer<typeof bucketDigestSchema>;

const wantedFieldsSchema = z.partialRecord(z.enum(kinds), z.array(z.string().max(40)).max(40));

/** How one side reports a catalog error to the other. */
export const errorMessageSchema = z.object({
  type: z.literal('error'),
  code: z.string().max(60),
  message: z.string().max(2000),
  retry: z.enum(['retry', 'retry-after', 'fix', 'bug']),
});

/** Which PowerSchool server an agent reads: the same id on two servers belongs to different people. */
const serverSchema = z.object({
  /** The server's own id (`district_uuid`): it stays the same when the server moves. */
  id: printableText.min(1).max(80).optional(),
  /** Name and port of the server's address, as the agent reaches it. */
  host: printableText.min(1).max(260),
});
export type SourceServer = z.infer<typeof serverSchema>;

/** The agent's first message: who it is, what it reads from, and the digests of its baseline. */
export const helloSchema = z.object({
  type: z.literal('hello'),
  protocol: z.int().min(1),
  agentVersion: printableText.max(40),
  capabilities: z.array(z.string().max(40)).max(40),
  source: z.object({
    kind: z.enum(['powerquery', 'rest']),
    powerschoolVersion: z.string().max(40).optional(),
    pluginVersion: z.string().max(40).optional(),
    /** IANA name of the district's time zone: the relay's dates are the district's. */
    timeZone: z.string().max(60).optional(),
    server: serverSchema.optional(),
  }),
  buckets: z.array(bucketDigestSchema).max(20_000),
});

/** The relay's answer to hello. `schools: null` means all of them. */
export const welcomeSchema = z.object({
  type: z.literal('welcome'),
  protocol: z.int().min(1),
  relayVersion: z.string().max(40),
  tenantName: z.string().max(200),
  serverTime: z.iso.datetime(),
  salt: z.string().regex(/^[0-9a-f]{64}$/),
  wanted: z.object({ schools: z.array(id).max(5000).nullable(), fields: wantedFieldsSchema }),
  schedule: z.object({ cycleSeconds: z.int().min(1).max(86_400) }),
  /** How many batches and commits may be unacknowledged at any time. */
  credit: z.int().min(1).max(64),
  buckets: z.array(bucketDigestSchema).max(20_000),
});

export const manifestGetSchema = z.object({ type: z.literal('manifest.get'), bucket: bucketSchema });

/** Ids and hashes of one bucket of the mirror, in parts; the last part is marked. */
export const manifestSchema = z.object({
  type: z.literal('manifest'),
  bucket: bucketSchema,
  entries: z.array(z.tuple([id, hashSchema])).max(limits.maxManifestEntries),
  last: z.boolean(),
});

export const cycleBeginSchema = z.object({ type: z.literal('cycle.begin'), seq, cycle: z.uuid() });

/**
 * Changes of one bucket. Records travel without `kind` and `schoolId`, which the bucket implies; applying a batch twice
 * is harmless.
 */
export const batchSchema = z.object({
  type: z.literal('batch'),
  seq,
  bucket: bucketSchema,
  upserts: z.array(z.record(z.string(), z.unknown())).max(limits.maxBatchRecords),
  deletes: z.array(id).max(limits.maxBatchRecords),
});

/** The end of a cycle: the digests that every bucket touched in it must have now. */
export const cycleCommitSchema = z.object({
  type: z.literal('cycle.commit'),
  seq,
  cycle: z.uuid(),
  buckets: z.array(bucketDigestSchema).max(20_000),
});

/** Everything up to and including `seq` is durable. */
export const ackSchema = z.object({ type: z.literal('ack'), seq });

/** Buckets whose digest differs from the commit: compare them completely in the next cycle. Sent before the ack. */
export const repairSchema = z.object({ type: z.literal('repair'), buckets: z.array(bucketSchema).max(20_000) });

/** Wait this long before the next cycle. */
export const throttleSchema = z.object({ type: z.literal('throttle'), waitMs: z.int().min(0).max(3_600_000) });

/** This node is shutting down: finish, and reconnect after this long (spread over the fleet). */
export const drainSchema = z.object({ type: z.literal('drain'), reconnectAfterMs: z.int().min(0).max(600_000) });

export const commandSchema = z.object({
  type: z.literal('command'),
  id: z.uuid(),
  /** `sync`: start a cycle now. `settings`: reconnect, because wanted fields or schools have changed. */
  name: z.enum(['sync', 'settings']),
});

export const resultSchema = z.object({
  type: z.literal('result'),
  id: z.uuid(),
  ok: z.boolean(),
  error: errorMessageSchema.optional(),
});

/** Health snapshot for the fleet view. No personal data. */
export const statusSchema = z.object({
  type: z.literal('status'),
  state: z.enum(['idle', 'cycle', 'waiting', 'problem']),
  lastCycleAt: z.iso.datetime().optional(),
  lastCycleSeconds: z.number().min(0).optional(),
  problem: errorMessageSchema.optional(),
  /** All PowerSchool rows that are left out; absent when they are the same as last reported on this connection. */
  leftOut: leftOutSchema.optional(),
});

/** The capability of agents that list what they leave out. */
export const listsLeftOut = 'left-out';

/** The only message of a check: which agent the relay recognizes. */
export const checkAnswerSchema = z.object({
  type: z.literal('checked'),
  protocol: z.int().min(1),
  relayVersion: z.string().max(40),
  tenantId: z.uuid(),
  tenantName: z.string().max(200),
  serverTime: z.iso.datetime(),
  /** What the profiles ask for, as in the welcome; absent from relays before 0.3.0. */
  fields: wantedFieldsSchema.optional(),
});
export type CheckAnswer = z.infer<typeof checkAnswerSchema>;

export const agentMessageSchema = z.discriminatedUnion('type', [
  helloSchema,
  manifestGetSchema,
  cycleBeginSchema,
  batchSchema,
  cycleCommitSchema,
  resultSchema,
  statusSchema,
  errorMessageSchema,
]);
export const relayMessageSchema = z.discriminatedUnion('type', [
  welcomeSchema,
  manifestSchema,
  ackSchema,
  repairSchema,
  throttleSchema,
  drainSchema,
  commandSchema,
  errorMessageSchema,
]);

export type AgentMessage = z.infer<typeof agentMessageSchema>;
export type RelayMessage = z.infer<typeof relayMessageSchema>;
export type Hello = z.infer<typeof helloSchema>;
export type Welcome = z.infer<typeof welcomeSchema>;
export type Batch = z.infer<typeof batchSchema>;
export type CycleCommit = z.infer<typeof cycleCommitSchema>;
export type ErrorMessage = z.infer<typeof errorMessageSchema>;

/** Request and answer of `POST {relay}/agent/v1/enroll`. The public key is an Ed25519 JWK. */
export const enrollRequestSchema = z.strictObject({
  code: z.string().min(8).max(64),
  name: printableText.min(1).max(200),
  agentVersion: printableText.max(40),
  publicKey: z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().length(43) }),
});
export const enrollResponseSchema = z.object({
  agentId: z.uuid(),
  tenantId: z.uuid(),
  tenantName: z.string(),
});
export type EnrollRequest = z.infer<typeof enrollRequestSchema>;
export type EnrollResponse = z.infer<typeof enrollResponseSchema>;
