/** Tables of the agents' endpoint that belong to no tenant: they hold only ids and times. */

/** A token that opened a connection, until it would have expired anyway. */
interface UsedTokenTable {
  agent_id: string;
  jti: string;
  /** Milliseconds since the epoch. */
  forget_at: number;
}

/** One row, written to see whether the database can be written. */
interface HeartbeatTable {
  id: number;
  at: string;
  filling: Uint8Array;
}

export interface EndpointTables {
  used_token: UsedTokenTable;
  heartbeat: HeartbeatTable;
}

declare module '../engine/schema.ts' {
  interface Database extends EndpointTables {}
}
