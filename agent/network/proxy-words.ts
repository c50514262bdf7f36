/** The reason that a proxy gives when it refuses, short and safe to show. Pure. */
import { STATUS_CODES } from '../../shared/node-http.ts';

const longest = 120;

/** Titles without information: the same on every page of the product, or the status repeated. */
const empty = /could not be retrieved|^error$|^\W*$/i;

/**
 * The proxy's own words, or an empty string when they add nothing to its status. Prefers the reason after the status
 * (Privoxy "No such domain", tinyproxy "Unable to connect"), then Squid's name for the error, then the title of the
 * page.
 *
 * @param head status line and headers
 * @param body as much of the page as has arrived
 */
export function proxyWords(head: string, body: string): string {
  const [, status = '', reason = ''] = /^HTTP\/1\.[01] (\d{3})(?: ([^\r\n]*))?/.exec(head) ?? [];
  const [, squid = ''] = /^x-squid-error:\s*(\S+)/im.exec(head) ?? [];
  const [, title = ''] = /<title[^>]*>([^<]*)/i.exec(body) ?? [];
  const standard = STATUS_CODES[status] ?? '';
  const says = (words: string) => {
    const plain = readable(words.replace(new RegExp(`^\\s*${status}\\s*[-:]?\\s*`), ''));
    return plain.toLowerCase() === standard.toLowerCase() || empty.test(plain) ? '' : plain;
  };
  return says(reason) || says(squid) || says(title);
}

/** One line without markup, escape sequences or invisible characters. */
function readable(text: string): string {
  const plain = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(?:quot|#34);/g, '"')
    .replace(/&(?:apos|#39);/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}
