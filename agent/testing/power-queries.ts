/** PowerQueries alone, opened as the agent opens them, for tests of the requests that they cause. */
import type { Clock } from '../../shared/clock.ts';
import type { Bucket } from '../../shared/roster.ts';
import { Meter } from '../model/meter.ts';
import { openSource } from '../powerschool/choice/open-source.ts';
import { SignIn } from '../powerschool/sign-in.ts';
import type { PowerSchoolSettings } from '../settings/settings.ts';

/** @param signIn by default the credentials in the settings, with refusals remembered only in this process */
export async function openPowerQueries(
  settings: PowerSchoolSettings,
  clock: Clock,
  signIn = new SignIn({ url: settings.origin.origin, stored: async () => settings, file: undefined, clock }),
) {
  const source = await openSource(
    { ...settings, source: 'powerquery', databaseShare: 0.02 },
    { clock, meter: new Meter(), signIn, last: undefined },
  );
  const { signal } = new AbortController();
  return {
    probe: () => source.probe({ remembered: () => new Map(), schools: null, thorough: false, signal }),
    count: (bucket: Bucket) => source.count(bucket, signal),
    describe: () => source.describe(signal),
    close: () => source.close(),
  };
}
