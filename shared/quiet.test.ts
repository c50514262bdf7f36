import fc from 'fast-check';
import t from 'tap';
import { parseQuietWindow, quietSchema, quietUntil } from './quiet.ts';

const newYork = 'America/New_York';
const night = [{ from: '21:00', to: '06:00' }];

/** The end of the quiet hours as UTC, or undefined. */
function end(now: string, windows = night, timeZone: string | undefined = newYork): string | undefined {
  const until = quietUntil(Date.parse(now), windows, timeZone);
  return until === undefined ? undefined : new Date(until).toISOString();
}

t.test("uses the district's hours, not the agent's, across midnight", async (t) => {
  t.equal(end('2026-01-15T01:59:59Z'), undefined, '20:59 in New York');
  t.equal(end('2026-01-15T02:00:00Z'), '2026-01-15T11:00:00.000Z', '21:00');
  t.equal(end('2026-01-15T05:00:30Z'), '2026-01-15T11:00:00.000Z', 'midnight');
  t.equal(end('2026-01-15T10:59:59.999Z'), '2026-01-15T11:00:00.000Z');
  t.equal(end('2026-01-15T11:00:00Z'), undefined, '06:00');
  t.equal(end('2026-01-15T02:00:00Z', night, 'Asia/Kolkata'), undefined, '07:30 there');
  t.equal(end('2026-01-15T16:00:00Z', night, 'Asia/Kolkata'), '2026-01-16T00:30:00.000Z');
  t.equal(end('2026-01-15T02:00:00Z', []), undefined);
});

t.test('windows that touch or overlap count as one', async (t) => {
  const windows = [
    { from: '20:00', to: '23:30' },
    { from: '23:30', to: '01:00' },
    { from: '00:30', to: '02:15' },
  ];
  t.equal(end('2026-01-15T20:10:00Z', windows, 'UTC'), '2026-01-16T02:15:00.000Z');
});

t.test('handles the night without 02:00, and the night that has it twice', async (t) => {
  // In spring, on March 8, 2026, 01:59 EST (06:59Z) is followed by 03:00 EDT (07:00Z).
  t.equal(end('2026-03-08T02:30:00Z'), '2026-03-08T10:00:00.000Z', '06:00 comes an hour early');
  t.equal(end('2026-03-08T06:30:00Z', [{ from: '01:00', to: '02:30' }]), '2026-03-08T07:00:00.000Z', 'skipped end');
  t.equal(end('2026-03-08T07:00:00Z', [{ from: '02:00', to: '03:00' }]), undefined, 'skipped altogether');
  // In fall, on November 1, 2026, 01:59 EDT (05:59Z) is followed by 01:00 EST (06:00Z).
  t.equal(end('2026-11-01T01:30:00Z'), '2026-11-01T11:00:00.000Z', '06:00 comes an hour late');
  t.equal(end('2026-11-01T05:10:00Z', [{ from: '01:00', to: '02:00' }]), '2026-11-01T07:00:00.000Z', 'quiet twice');
  t.equal(end('2026-11-01T05:50:00Z', [{ from: '01:30', to: '02:00' }]), '2026-11-01T06:00:00.000Z');
  t.equal(end('2026-11-01T06:30:00Z', [{ from: '01:30', to: '02:00' }]), '2026-11-01T07:00:00.000Z');
});

t.test('replaces an unknown zone by this computer’s own', async (t) => {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const now = '2026-01-15T02:00:00Z';
  t.equal(end(now, night, 'Mars/Olympus'), end(now, night, own));
});

t.test('for any windows and moment, the end is outside quiet hours and everything before it is inside', async () => {
  const time = fc.integer({ min: 0, max: 1439 }).map((minute) => {
    const two = (value: number) => String(value).padStart(2, '0');
    return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  });
  const windows = fc
    .array(fc.record({ from: time, to: time }), { minLength: 1, maxLength: 3 })
    .filter((list) => quietSchema.safeParse(list).success);
  const moment = fc.integer({ min: Date.parse('2025-12-01'), max: Date.parse('2027-01-31') });
  const zone = fc.constantFrom(newYork, 'UTC', 'Australia/Lord_Howe', 'America/St_Johns', 'Asia/Kolkata');
  fc.assert(
    fc.property(moment, windows, zone, (now, list, timeZone) => {
      const until = quietUntil(now, list, timeZone);
      if (until === undefined) return true;
      const later = [0, 0.25, 0.5, 0.75].map((share) => now + Math.floor((until - now) * share));
      return (
        until > now &&
        quietUntil(until, list, timeZone) === undefined &&
        later.every((at) => quietUntil(at, list, timeZone) === until)
      );
    }),
    { numRuns: 60 },
  );
});

t.test('refuses text that is not a window, and windows that leave no free hour', async (t) => {
  t.same(parseQuietWindow('21:00-06:00'), night[0]);
  for (const text of ['', '21-06', '21:00', '24:00-06:00', '9:00-10:00', '06:00-06:00', '21:00-22:00-23:00']) {
    t.equal(parseQuietWindow(text), undefined, text);
  }
  t.notOk(
    quietSchema.safeParse([
      { from: '00:00', to: '12:00' },
      { from: '12:00', to: '00:00' },
    ]).success,
  );
});
