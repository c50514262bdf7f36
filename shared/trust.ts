/** Which certification authorities an outgoing TLS connection trusts. There is no way to trust everything. */
import { createHash } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { certificatesIn } from './ca-file.ts';
import { fail } from './errors.ts';
import { systemAuthorities } from './system-authorities.ts';
import { readBytes } from './text-file.ts';

/**
 * The authorities for one destination: those that come with Node, those that this computer trusts, and those in a
 * district's own CA file.
 *
 * @param caFile one or more certificates, PEM or DER; undefined for the first two only.
 * @returns PEM, each once; the same list object as long as the authorities are the same
 * @throws HallpassError FILE_UNREADABLE, CA_FILE_INVALID
 */
export async function trustedAuthorities(caFile: string | undefined): Promise<string[]> {
  const own = caFile === undefined ? [] : await authoritiesOf(caFile);
  const added = [...(await systemAuthorities()), ...own];
  const key = createHash('sha256').update(added.join('\n')).digest('hex');
  const list = lists.get(key) ?? together(added);
  if (lists.size >= mostLists) lists.clear();
  lists.set(key, list);
  return list;
}

/** Keyed by a hash of what is added to Node's own: going through 150 certificates takes 7 ms. */
const lists = new Map<string, string[]>();
const mostLists = 8;

function together(added: readonly string[]): string[] {
  const all = new Map(ofNode());
  for (const pem of added) {
    const body = bodyOf(pem);
    // TLS refuses a whole list if one entry is unreadable: a stray certificate of the system must not stop everything.
    if (!all.has(body) && isReadable(pem)) all.set(body, pem);
  }
  return [...all.values()];
}

/**
 * Created once per list of authorities: parsing the 150 well-known ones takes 10 ms and creates as many objects each
 * time.
 */
const contexts = new WeakMap<string[], SecureContext>();

/** @param ca as {@link trustedAuthorities} gives them */
export function contextOf(ca: string[]): SecureContext {
  const context = contexts.get(ca) ?? createSecureContext({ ca });
  contexts.set(ca, context);
  return context;
}

let roots: [string, string][] | undefined;

/** Node's own authorities, by body: they do not change. */
function ofNode(): [string, string][] {
  roots ??= rootCertificates.map((pem) => [bodyOf(pem), pem]);
  return roots;
}

async function authoritiesOf(file: string): Promise<string[]> {
  const found = certificatesIn(await readBytes(file));
  if ('reason' in found) throw fail('CA_FILE_INVALID', { file, reason: found.reason });
  return found.certificates;
}

function isReadable(pem: string): boolean {
  return !('reason' in certificatesIn(Buffer.from(pem)));
}

/** The part that two copies of a certificate have in common, however their lines are broken. */
function bodyOf(pem: string): string {
  return pem.replace(/\s+/g, '');
}

/** True for an address of this computer itself, the only place where an unencrypted connection is allowed. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
