/** Oracle's date format models, as far as TO_CHAR and TO_DATE in roster queries use them, over ISO text. */

const months = 'January February March April May June July August September October November December'.split(' ');
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

const model =
  /FM|"[^"]*"|SYYYY|IYYY|YYYY|RRRR|YY|RR|MONTH|MON|MM|DDD|DD|DAY|DY|D|HH24|HH12|HH|MI|SSSSS|SS|A\.?M\.?|P\.?M\.?|IW|WW|Q|J|TH\b|[A-Z]+|./gi;

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
  // Nearly every call in a roster query: the probe makes it twice per enrollment.
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
    case 'DDD':
      return digits(dayOfYear(parts), 3);
    case 'D':
      return String(weekday + 1);
    case 'WW':
      return digits(Math.ceil(dayOfYear(parts) / 7), 2);
    case 'J':
      return digits(Math.floor(Date.UTC(parts.year, parts.month - 1, parts.day) / 86_400_000) + 2_440_588, 7);
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
    case 'A.M.':
    case 'P.M.':
      return halfDay(parts.hour, piece);
    case 'Q':
      return String(Math.ceil(parts.month / 3));
    default:
      if (/^[A-Z]/i.test(piece)) throw new TypeError(`The date format element ${piece} is not translated`);
      return piece.startsWith('"') ? piece.slice(1, -1) : piece;
  }
}

function halfDay(hour: number, piece: string): string {
  const text = hour < 12 ? 'AM' : 'PM';
  const dotted = piece.includes('.') ? `${text[0]}.${text[1]}.` : text;
  return piece === piece.toLowerCase() ? dotted.toLowerCase() : dotted;
}

function dayOfYear({ year, month, day }: Parts): number {
  return (Date.UTC(year, month - 1, day) - Date.UTC(year, 0, 0)) / 86_400_000;
}

const readable: Record<string, string> = {
  ...{ YYYY: '\\d{1,4}', RRRR: '\\d{1,4}', YY: '\\d{1,2}', RR: '\\d{1,2}', MM: '\\d{1,2}', DD: '\\d{1,2}' },
  ...{ HH24: '\\d{1,2}', HH12: '\\d{1,2}', HH: '\\d{1,2}', MI: '\\d{1,2}', SS: '\\d{1,2}' },
  ...{ AM: 'AM|PM', PM: 'AM|PM', MON: '[A-Za-z]{3}', MONTH: '[A-Za-z]+' },
};

/**
 * Parses a text in the given model into a date as ISO text, with the time of day if the model has one.
 *
 * @returns undefined when the text is not such a date @throws TypeError for elements that are not translated
 */
export function parseDate(text: string, format: string): string | undefined {
  const order: string[] = [];
  let expression = '';
  for (const [piece] of format.matchAll(model)) {
    const upper = piece.toUpperCase();
    const part = readable[upper];
    if (part !== undefined) {
      order.push(upper);
      expression += `(${part})`;
    } else if (upper === 'FM') continue;
    else if (/^[A-Z]/i.test(piece)) throw new TypeError(`The date format element ${piece} is not translated`);
    else expression += piece.replaceAll('"', '').replace(/[^\w\s]/g, '\\$&');
  }
  const match = new RegExp(`^\\s*${expression}`, 'i').exec(text);
  if (match === null) return undefined;
  const value = (...names: string[]) => match[order.findIndex((name) => names.includes(name)) + 1];
  const has = (...names: string[]) => order.some((name) => names.includes(name));
  const year = has('YYYY', 'RRRR') ? Number(value('YYYY', 'RRRR')) : shortYear(Number(value('YY', 'RR')), has('RR'));
  const month = has('MON', 'MONTH') ? monthNamed(value('MON', 'MONTH')) : Number(has('MM') ? value('MM') : 1);
  const day = Number(has('DD') ? value('DD') : 1);
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > days) return undefined;
  const two = (number: number) => String(number).padStart(2, '0');
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  if (!has('HH24', 'HH12', 'HH')) return date;
  const half = value('AM', 'PM')?.toUpperCase();
  const said = Number(value('HH24', 'HH12', 'HH'));
  const hour = has('HH24') ? said : (said % 12) + (half === 'PM' ? 12 : 0);
  const time = [hour, ...['MI', 'SS'].map((name) => Number(has(name) ? value(name) : 0))];
  return `${date} ${time.map(two).join(':')}`;
}

/** RR takes 50 to 99 as years of the previous century. */
function shortYear(year: number, isRounded: boolean): number {
  return isRounded && year >= 50 ? 1900 + year : 2000 + year;
}

function monthNamed(name = ''): number {
  return (
    months.findIndex((month) => [month, month.slice(0, 3)].some((one) => one.toLowerCase() === name.toLowerCase())) + 1
  );
}

function parseIso(iso: string): Parts | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d))?/.exec(iso);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  return { year, month, day, hour, minute, second };
}
