/** What a fault can be: the format in which the control API and tests order one. */
import { z } from 'zod';

/** An answer that replaces Graph's own, or the sign-in's. */
const givenAnswer = z.strictObject({
  status: z.int().min(200).max(599),
  /** `error.code` of Graph; `error` of the sign-in. */
  code: z.string().optional(),
  /** `error.message` of Graph; `error_description` of the sign-in, where an AADSTS number also fills `error_codes`. */
  message: z.string().optional(),
  details: z.array(z.strictObject({ code: z.string(), target: z.string(), message: z.string() })).optional(),
  /** Replaces the error body: a text is sent as it is (`""` is an empty body), anything else as JSON. */
  body: z.json().optional(),
  /** Content-Type, Retry-After, Location… */
  headers: z.record(z.string(), z.string()).optional(),
});

/** HTTP/2 codes with which a server resets a stream. */
export const streamErrors = ['CANCEL', 'NO_ERROR', 'REFUSED_STREAM', 'INTERNAL_ERROR'] as const;
export type StreamError = (typeof streamErrors)[number];

export type GivenAnswer = z.infer<typeof givenAnswer>;

export const faultOrder = z
  .strictObject({
    match: z.strictObject({
      method: z.string().toUpperCase().optional(),
      /** A regular expression on the path below `/v1.0` with its query, or on a path of the sign-in. */
      path: z.string().optional(),
    }),
    /** How many matching requests it hits; `always` until it is removed. */
    times: z.union([z.int().min(1), z.literal('always')]).default(1),
    /** How many matching requests pass first. */
    skip: z.int().min(0).default(0),
    kind: z.enum([
      '429',
      '500',
      '502',
      '503',
      '504',
      /** Sends the answer in `answer`. */
      'answer',
      /** A 404 with an empty body. */
      'empty',
      /** A 503 with a page instead of JSON. */
      'html',
      /** The request is carried out; the text of the answer ends after `after` characters, by default halfway. */
      'cut',
      /** The change is made, then the connection breaks. */
      'lost-answer',
      /** The connection breaks and nothing is done. */
      'drop',
      /**
       * The HTTP/2 stream is reset with `code`; with `midway`, after the request was carried out and half of the answer
       * sent.
       */
      'reset',
      /**
       * The server leaves the connection (HTTP/2: GOAWAY) without looking at the request; with `done` it answers first.
       */
      'goaway',
      /** The request is carried out, but the batch's answer omits it. Outside of a batch like `lost-answer`. */
      'missing',
      /**
       * The request is carried out; the batch's answer has its id twice, the second time with a 500. Only in a batch.
       */
      'twice',
      /** The request is accepted, but what it starts (a team) fails later. */
      'fails-later',
      /** The answer comes after `delay` milliseconds. */
      'slow',
    ]),
    /** For `answer`. */
    answer: givenAnswer.optional(),
    /** The request is carried out nevertheless: for `answer`, `reset` and `goaway`. */
    done: z.boolean().optional(),
    /** For `reset`. */
    code: z.enum(streamErrors).optional(),
    midway: z.boolean().optional(),
    /** For `cut`. */
    after: z.int().min(0).optional(),
    /** Seconds for a Retry-After header, for 429 and 5xx. */
    retryAfter: z.number().min(0).optional(),
    delay: z.int().min(0).max(600_000).default(1000),
  })
  .refine((order) => (order.kind === 'answer') === (order.answer !== undefined), {
    error: '"answer" belongs to the kind "answer", which needs it',
  });

export type FaultOrder = z.infer<typeof faultOrder>;
