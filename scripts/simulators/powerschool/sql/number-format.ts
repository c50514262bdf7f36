/** Oracle's number models, as far as TO_CHAR in roster queries uses them: 0, 9, the point, the comma and FM. */

/** `FM0000`, `999.99`, `9,999`. @throws TypeError for other models */
export function formatNumber(value: number, format: string): string {
  if (Number.isNaN(value)) throw new TypeError('ORA-01722: invalid number');
  const model = format.replace(/^FM/i, '');
  if (!/^[09][09,]*(\.[09]*)?$|^\.[09]+$/.test(model))
    throw new TypeError(`The number format ${format} is not translated`);
  const compact = model !== format;
  const [whole = '', decimals = ''] = model.split('.');
  const places = whole.replaceAll(',', '');
  const [digits = '', fraction] = Math.abs(value).toFixed(decimals.length).split('.');
  const firstZero = places.indexOf('0');
  const padded = firstZero < 0 ? digits : digits.padStart(places.length - firstZero, '0');
  if (digits.length > places.length) return '#'.repeat(model.length + 1);
  const text = `${value < 0 ? '-' : ''}${grouped(padded, whole)}${fraction === undefined ? '' : `.${fraction}`}`;
  return compact ? text : text.padStart(model.length + 1);
}

/** Inserts the model's commas from the right, as long as there are digits to their left. */
function grouped(digits: string, model: string): string {
  let rest = digits;
  let text = '';
  for (const place of [...model].reverse()) {
    if (rest === '') break;
    text = (place === ',' ? ',' : rest.slice(-1)) + text;
    if (place !== ',') rest = rest.slice(0, -1);
  }
  return text;
}
