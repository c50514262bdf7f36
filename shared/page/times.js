/** Keeps the times on the page relative to now. */

const units = [
  { name: 'second', ms: 1000, until: 90_000 },
  { name: 'minute', ms: 60_000, until: 90 * 60_000 },
  { name: 'hour', ms: 3_600_000, until: 36 * 3_600_000 },
];

/** @param {number} at @param {number} now milliseconds since the epoch */
export function relative(at, now) {
  const distance = Math.abs(now - at);
  const unit = units.find(({ until }) => distance < until);
  if (unit === undefined) return dayAndTime(at, now);
  const value = Math.round(distance / unit.ms);
  if (unit.name === 'second' && value < 3) return at > now ? 'now' : 'just now';
  const words = `${value} ${unit.name}${value === 1 ? '' : 's'}`;
  return at > now ? `in ${words}` : `${words} ago`;
}

/** `09:12`, or `Nov 23 09:12` of another day. */
function dayAndTime(at, now, seconds = false) {
  const date = new Date(at);
  const time = date.toTimeString().slice(0, seconds ? 8 : 5);
  if (date.toDateString() === new Date(now).toDateString()) return time;
  return `${date.toLocaleDateString('en-US', { day: 'numeric', month: 'short' })} ${time}`;
}

const texts = {
  ago: relative,
  due: (at, now) => relative(Math.max(at, now + 1), now),
  clock: dayAndTime,
  stamp: (at, now) => dayAndTime(at, now, true),
};

/** @param {ParentNode} root */
export function showTimes(root) {
  const now = Date.now();
  for (const element of root.querySelectorAll('time[data-as]')) {
    const text = texts[element.dataset.as](Date.parse(element.dateTime), now);
    if (element.textContent !== text) element.textContent = text;
  }
}
