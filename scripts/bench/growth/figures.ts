/** What `growth` measures, as its file has it. A part that was not measured is absent. */
import { z } from 'zod';

const figure = z.number().min(0);

/** The agent's first cycle; the relay beside it only acknowledges. */
const agentSchema = z.object({
  records: figure,
  seconds: figure,
  cpuSeconds: figure,
  requests: figure,
  peakMB: figure,
});

/** The relay's state of the district: a process that reads it from the database and plans all of it. */
const relaySchema = z.object({
  keptMB: figure,
  /** Of the process, less what it took before. */
  peakMB: figure,
  loadCpuSeconds: figure,
  planCpuSeconds: figure,
  /** The longest that the thread of the turn works without a pause while it reads. */
  stallMs: figure,
});

/** A relay that serves, while the roster comes for the first time. */
const intakeSchema = z.object({ stallMs: figure });

/** From the committed roster until all of it is in Microsoft 365, accounts and licenses included. */
const syncSchema = z.object({
  /** Of the virtual clock. */
  seconds: figure,
  /** Relay and simulator together. */
  cpuSeconds: figure,
  requests: figure,
  writes: figure,
  throttled: figure,
});

export const phases = ['agent', 'relay', 'intake', 'sync'] as const;
export type Phase = (typeof phases)[number];

export const phaseSchemas = { agent: agentSchema, relay: relaySchema, intake: intakeSchema, sync: syncSchema };

const sizeSchema = z.object({
  students: z.int().min(1),
  agent: agentSchema.optional(),
  relay: relaySchema.optional(),
  intake: intakeSchema.optional(),
  sync: syncSchema.optional(),
});

export const growthSchema = z.object({
  date: z.iso.date(),
  node: z.string(),
  processors: z.int().min(1),
  /** What else the machine did. */
  note: z.string(),
  sizes: z.array(sizeSchema),
});

export type Growth = z.infer<typeof growthSchema>;
export type Size = z.infer<typeof sizeSchema>;
