/** Tables of the rows of PowerSchool that no record can be made of, as an agent last reported them. */
import type { RowFault } from '../../../shared/left-out.ts';
import type { Kind } from '../../../shared/roster.ts';

interface LeftOutRowTable {
  tenant_id: string;
  kind: Kind;
  school_id: string;
  /** DCID; empty for a row that does not say which one it is. */
  id: string;
  field: string;
  fault: RowFault;
  first_at: string;
  last_at: string;
}

interface LeftOutCountTable {
  tenant_id: string;
  /** In all; an agent lists the first of them only. */
  rows: number;
  first_at: string;
  last_at: string;
}

export interface LeftOutTables {
  left_out_row: LeftOutRowTable;
  left_out_count: LeftOutCountTable;
}

declare module '../engine/schema.ts' {
  interface Database extends LeftOutTables {}
}
