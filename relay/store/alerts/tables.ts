/** Tables of alerts. Rows that are the relay's own, and no district's, have its id (audit.ts) in place of a tenant's. */
import type { AlertCause, ChannelKind, Notice, NoticeEvent } from '../../model/alert.ts';

interface AlertChannelTable {
  tenant_id: string;
  id: string;
  /** Unique among those of the tenant. */
  name: string;
  kind: ChannelKind;
  /** Where it leads, for people: an origin, or a mail server and addresses. */
  target: string;
  /** Address and secrets, sealed: see notify/target.ts. */
  sealed: string;
  /** JSON: AlertReader[]. */
  readers: string;
  /** JSON: AlertCause[]; null for all. */
  causes: string | null;
  /** JSON: QuietWindow[]. */
  quiet: string;
  time_zone: string | null;
  created_at: string;
  created_by: string;
  delivered_at: string | null;
  failing_since: string | null;
  /** A sentence without a secret. */
  failure: string | null;
}

interface AlertTable {
  tenant_id: string;
  id: string;
  /** Unique among open alerts of the tenant. */
  key: string;
  cause: AlertCause;
  count: number;
  sentence: string;
  action: string;
  /** JSON: AlertReader[]. */
  readers: string;
  since: string;
  opened_at: string | null;
  told_at: string | null;
  told_count: number;
  repeats: number;
  gone_since: string | null;
  resolved_at: string | null;
}

/** The outbox: what each channel is to tell, or has told. */
interface AlertNoticeTable {
  /** Of the alert; the channel may be the relay's. */
  tenant_id: string;
  alert_id: string;
  channel_id: string;
  event: NoticeEvent;
  number: number;
  due_at: string;
  state: Notice['state'];
  /** Of the message that has it, from the first attempt on. */
  message_id: string | null;
  attempts: number;
  first_at: string | null;
  /** While somebody sends it. */
  taken_until: string | null;
  sent_at: string | null;
}

/** What Microsoft 365 last said of the licenses that profiles assign. */
interface LicenseReadingTable {
  tenant_id: string;
  at: string;
  /** JSON: LicenseFacts[]; null when it did not answer. */
  licenses: string | null;
}

/** When each part of the alerts last did its work. */
interface AlertPulseTable {
  tenant_id: string;
  part: string;
  at: string;
}

export interface AlertTables {
  alert_channel: AlertChannelTable;
  alert: AlertTable;
  alert_notice: AlertNoticeTable;
  license_reading: LicenseReadingTable;
  alert_pulse: AlertPulseTable;
}

declare module '../engine/schema.ts' {
  interface Database extends AlertTables {}
}
