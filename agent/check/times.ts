/** How long each check may take, in milliseconds. */
import { type DialTimes, dialTimes } from '../network/dial.ts';

export interface CheckTimes extends DialTimes {
  dnsMs: number;
  /** The WebSocket, from opening the connection to the relay's message. */
  upgradeMs: number;
  requestMs: number;
  /** The probe reads the whole district. */
  probeMs: number;
}

export const checkTimes: CheckTimes = {
  ...dialTimes,
  dnsMs: 5000,
  upgradeMs: 20_000,
  requestMs: 30_000,
  probeMs: 120_000,
};
