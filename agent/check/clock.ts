/** How wrong this computer's clock is, compared with the clocks of the servers that answered. Pure. */
import { clockToleranceSeconds } from '../../shared/link.ts';
import { mostCorrectedMs } from '../uplink/relay-clock.ts';
import type { Check, Skews } from './finding.ts';
import { fails, pass, warn } from './step.ts';

/** With a larger difference the relay refuses tokens made by this computer's clock. Less is not worth reporting. */
const warnMs = clockToleranceSeconds * 1000;

/** The skew that a Date header shows, or undefined without one. */
export function skewOf(date: string | string[] | undefined, nowMs: number): number | undefined {
  const at = Date.parse(String(date ?? ''));
  return Number.isFinite(at) ? at - nowMs : undefined;
}

export function clockCheck({ relay, powerschool }: Skews): Check {
  return { name: 'clock', ...verdict(relay, powerschool) };
}

function verdict(relay: number | undefined, powerschool: number | undefined) {
  const skew = relay ?? powerschool;
  if (skew === undefined) return warn('No other clock could be read.', 'Fix what failed above first.');
  const fact = `This computer's clock is ${offBy(skew)} ${relay === undefined ? "PowerSchool's" : "the relay's"}.`;
  const action = 'Turn on time synchronization (NTP, Windows Time) on this computer.';
  if (relay !== undefined && Math.abs(relay) > mostCorrectedMs) return fails(fact, action);
  if (Math.abs(skew) > warnMs) {
    return warn(relay === undefined ? fact : `${fact} The agent uses the relay's clock meanwhile.`, action);
  }
  // Our clock and the relay's agree, so PowerSchool's is wrong. It only matters for when a school year begins.
  if (powerschool !== undefined && Math.abs(powerschool) > warnMs) {
    return warn(
      `PowerSchool's clock is ${seconds(powerschool)} ${powerschool > 0 ? 'ahead' : 'behind'}.`,
      'Set the clock of the PowerSchool server.',
    );
  }
  return pass(fact);
}

function offBy(skew: number): string {
  if (Math.abs(skew) < 2000) return 'in step with';
  return `${seconds(skew)} ${skew > 0 ? 'behind' : 'ahead of'}`;
}

function seconds(skew: number): string {
  const whole = Math.round(Math.abs(skew) / 1000);
  return whole < 120 ? `${whole} s` : `${Math.round(whole / 60)} min`;
}
