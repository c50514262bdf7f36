/** Oracle's date format models, as far as TO_CHAR and TO_DATE of roster queries use them, over ISO text. */

const months = 'January February March April May June July August September October November December'.split(' ');
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

const model = /FM|"[^"]*"|YYYY|RRRR|YY|RR|MONTH|MON|MM|DDD|DD|DAY|DY|HH24|HH12|HH|MI|SS|AM|PM|Q|J|./gi;

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/** `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS` in the given model; undefined when the text is not such a date. */
export function formatDate(iso: string, format: string): string | undefined {
  // Nearly every call of a roster query: the probe makes it twice per enrollment.
  if (format === 'YYYY-MM-DD' && iso.charCodeAt(4) === 45) return iso.length === 10 ? iso : iso.slice(0, 10);
  const parts = parseIso(iso);
  if (parts === undefined) return undefined;
  let padded = true;
  let result = '';
  for (const [piece] of format.matchAll(model)) {
    if (piece.toUpperCase() === 'FM') padded = !padded;
    else result += formatPiece(parts, piece, padded);
  }
  return result;
}

function formatPiece(parts: Parts, piece: string, padded: boolean): string {
  const digits = (value: number, width: number) => (padded ? String(value).padStart(width, '0') : String(value));
  const name = (names: string[], index: number, width?: number) => {
    const full = (names[index] ?? '').slice(0, width);
    const cased =
      piece === piece.toUpperCase() ? full.toUpperCase() : piece === piece.toLowerCase() ? full.toLowerCase() : full;
    return padded && width === undefined ? cased.padEnd(9) : cased;
  };
  const weekday = new Date(Date.UTC(parts.year, parts.month - 1, parts.day)).getUTCDay();
  switch (piece.toUpperCase()) {
    case 'YYYY':
    case 'RRRR':
      return digits(parts.year, 4);
    case 'YY':
    case 'RR':
      return digits(parts.year % 100, 2);
    case 'MM':
      return digits(parts.month, 2);
    case 'MON':
      return name(months, parts.month - 1, 3);
    case 'MONTH':
      return name(months, parts.month - 1);
    case 'DD':
      return digits(parts.day, 2);
    case 'DY':
      return name(days, weekday, 3);
    case 'DAY':
      return name(days, weekday);
    case 'HH24':
      return digits(parts.hour, 2);
    case 'HH':
    case 'HH12':
      return digits(parts.hour % 12 === 0 ? 12 : parts.hour % 12, 2);
    case 'MI':
      return digits(parts.minute, 2);
    case 'SS':
      return digits(parts.second, 2);
    case 'AM':
    case 'PM':
      return parts.hour < 12 ? 'AM' : 'PM';
    case 'Q':
      return String(Math.ceil(parts.month / 3));
    default:
      return piece.startsWith('"') ? piece.slice(1, -1) : piece;
  }
}

/** The date that a text in the given model means, as ISO text; with the time of day when the model has one. */
export function parseDate(text: string, format: string): string | undefined {
  const order: string[] = [];
  let expression = '';
  for (const [piece] of format.matchAll(model)) {
    const upper = piece.toUpperCase();
    const digits = { YYYY: 4, RRRR: 4, YY: 2, RR: 2, MM: 2, DD: 2, HH24: 2, MI: 2, SS: 2 }[upper];
    if (digits !== undefined) {
      order.push(upper);
      expression += `(\\d{1,${digits}})`;
    } else if (upper === 'MON') {
      order.push(upper);
      expression += '([A-Za-z]{3})';
    } else {
      expression += piece.replaceAll('"', '').replace(/[^\w\s]/g, '\\$&');
    }
  }
  const match = new RegExp(`^\\s*${expression}`).exec(text);
  if (match === null) return undefined;
  const value = (...names: string[]) => match[order.findIndex((name) => names.includes(name)) + 1];
  const has = (...names: string[]) => order.some((name) => names.includes(name));
  const short = Number(value('YY', 'RR'));
  const year = has('YYYY', 'RRRR') ? Number(value('YYYY', 'RRRR')) : 2000 + short;
  const month = has('MON')
    ? months.findIndex((name) => name.slice(0, 3).toLowerCase() === value('MON')?.toLowerCase()) + 1
    : Number(has('MM') ? value('MM') : 1);
  const day = Number(has('DD') ? value('DD') : 1);
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const two = (number: number) => String(number).padStart(2, '0');
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  if (!has('HH24')) return date;
  const time = ['HH24', 'MI', 'SS'].map((name) => two(Number(has(name) ? value(name) : 0)));
  return `${date} ${time.join(':')}`;
}

function parseIso(iso: string): Parts | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d))?/.exec(iso);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  return { year, month, day, hour, minute, second };
}
