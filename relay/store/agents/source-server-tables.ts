/** Table of the PowerSchool servers that the agents of a district read, or wanted to. */

interface SourceServerTable {
  tenant_id: string;
  /** The id, or `host:` and the host of a server that does not tell one. */
  key: string;
  /** What the server says of itself. */
  id: string | null;
  /** The address by which an agent reached it last. */
  host: string;
  accepted: number;
  first_at: string;
  last_at: string;
}

export interface SourceServerTables {
  source_server: SourceServerTable;
}

declare module '../engine/schema.ts' {
  interface Database extends SourceServerTables {}
}
