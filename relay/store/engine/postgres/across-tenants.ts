/**
 * Tables whose rows a transaction across tenants may read or write (Store.system, Store.readSystem). All others, the mirror of
 * PowerSchool, accounts, what was written to Microsoft 365, drift, passwords, are out of its reach: it finds nothing there.
 */
export interface Across {
  may: 'read' | 'write';
  why: string;
}

export const acrossTenants: Readonly<Record<string, Across>> = {
  agent: {
    may: 'write',
    why: 'an agent that connects names only its id; whose connections are alive is noted for all at once',
  },
  alert: { may: 'read', why: 'the operator sees the alerts of all districts' },
  alert_channel: { may: 'read', why: 'heartbeats are sent for all channels' },
  alert_notice: { may: 'write', why: 'the delivery takes what is due, whosever it is' },
  audit: { may: 'write', why: 'a change of settings is written to the log of every district' },
  blackout: { may: 'read', why: 'alerts are decided for all districts' },
  consent_attempt: { may: 'write', why: 'an administrator who returns from Microsoft brings only the state' },
  directory_state: { may: 'read', why: 'decisions of any district wake provisioning' },
  enrollment_code: { may: 'write', why: 'an agent that enrolls knows only the code' },
  hold: { may: 'read', why: 'the fleet counts held operations, and decisions of any district wake provisioning' },
  kept_answer: { may: 'write', why: 'old answers are forgotten for all districts' },
  license_reading: { may: 'read', why: 'alerts are decided for all districts' },
  microsoft_access: { may: 'read', why: 'the fleet says where consent is missing' },
  problem: { may: 'read', why: 'the fleet counts problems' },
  profile: {
    may: 'write',
    why: 'the fleet shows profiles; the removal of a district is recorded and stops its provisioning at once',
  },
  run: { may: 'read', why: 'the fleet shows the last runs' },
  run_control: { may: 'read', why: 'requests of any district wake provisioning' },
  sign_in_link: { may: 'write', why: 'somebody who follows a link knows only the link' },
  token_tenant: { may: 'write', why: 'an API client presents only its token' },
  turn_progress: { may: 'read', why: 'alerts are decided for all districts' },
  user_grant: { may: 'write', why: 'somebody who signs in may have roles in several districts' },
};
