/** What a server's certificate says, and why it was refused. */
import type { Socket } from 'node:net';
import { type DetailedPeerCertificate, type PeerCertificate, rootCertificates, TLSSocket } from 'node:tls';

export interface Certificate {
  subject: string;
  issuer: string;
  validFrom: Date;
  validTo: Date;
  /** The names and addresses it is valid for. */
  names: string[];
}

/** `expired`: outside its validity period. `name`: for another host. `untrusted`: not signed by a known authority. */
export type RefusalKind = 'expired' | 'name' | 'untrusted';

/** A certificate that failed verification. Nothing was sent on that connection. */
export class CertificateRefused extends Error {
  readonly kind: RefusalKind;
  /** As presented, the server's own first; empty when it could not be read. */
  readonly chain: readonly Certificate[];

  constructor(code: string, chain: readonly Certificate[], cause: Error) {
    super(sentence(code, chain, cause), { cause });
    this.kind = kindOf(code);
    this.chain = chain;
  }

  /** The authority that would have to be trusted. */
  get issuer(): string {
    return this.chain.at(-1)?.issuer ?? 'unknown';
  }
}

/**
 * OpenSSL's and Node's codes for a refused certificate begin or read like this; any other error concerns the
 * connection.
 */
const codes =
  /^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|CRL_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME)/;

/** The code of a refused certificate, or undefined for any other error. */
export function refusalCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return codes.test(error.code) ? error.code : undefined;
}

/** The chain from the server's certificate upwards, each certificate once. */
export function chainOf(leaf: DetailedPeerCertificate | Record<string, never> | null): Certificate[] {
  const chain: Certificate[] = [];
  const seen = new Set<string>();
  for (let at = leaf as DetailedPeerCertificate | undefined | null; at?.fingerprint256 !== undefined; ) {
    if (seen.has(at.fingerprint256)) break;
    seen.add(at.fingerprint256);
    chain.push({
      subject: nameOf(at.subject),
      issuer: nameOf(at.issuer),
      validFrom: new Date(at.valid_from),
      validTo: new Date(at.valid_to),
      names: namesOf(at.subjectaltname),
    });
    at = at.issuerCertificate;
  }
  return chain;
}

/** Who is at the other end of the encrypted connection. */
export interface Peer {
  /** The authority behind its certificate. */
  issuer: string;
  /** One of the authorities that ship with this program: no web filter in a district has a certificate from them. */
  isWellKnown: boolean;
}

/** Undefined for a connection without encryption. */
export function peerOf(socket: Socket): Peer | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const leaf = socket.getPeerCertificate(true);
  const issuer = chainOf(leaf).at(-1)?.issuer;
  return issuer === undefined ? undefined : { issuer, isWellKnown: endsWellKnown(leaf) };
}

let wellKnown: ReadonlySet<string> | undefined;

function endsWellKnown(leaf: DetailedPeerCertificate): boolean {
  wellKnown ??= new Set(rootCertificates.map((pem) => pem.replace(/-----[A-Z ]+-----|\s/g, '')));
  const seen = new Set<string>();
  for (let at: DetailedPeerCertificate | undefined = leaf; at?.raw !== undefined; at = at.issuerCertificate) {
    if (wellKnown.has(at.raw.toString('base64'))) return true;
    if (seen.has(at.fingerprint256)) return false;
    seen.add(at.fingerprint256);
  }
  return false;
}

function kindOf(code: string): RefusalKind {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'expired';
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH' ? 'name' : 'untrusted';
}

function sentence(code: string, chain: readonly Certificate[], cause: Error): string {
  const [own] = chain;
  if (own === undefined) return `${cause.message} (${code})`;
  switch (kindOf(code)) {
    case 'expired': {
      // Any certificate in the chain may be the one: the first that is not valid now is reported.
      const { subject, validFrom, validTo } = chain.find(isOutOfTime) ?? own;
      return `"${subject}" is valid from ${dateOf(validFrom)} to ${dateOf(validTo)} only`;
    }
    case 'name':
      return `it is for ${own.names.slice(0, 5).join(', ') || own.subject}`;
    case 'untrusted':
      return chain.length === 1 && own.subject === own.issuer
        ? `"${own.subject}" is self-signed (${code})`
        : `it was issued by "${chain.at(-1)?.issuer ?? own.issuer}", which this computer does not trust (${code})`;
  }
}

function isOutOfTime({ validFrom, validTo }: Certificate): boolean {
  const now = Date.now();
  return validFrom.getTime() > now || validTo.getTime() < now;
}

/** The common name, with the organization where that adds something. */
function nameOf(name: PeerCertificate['subject'] | undefined): string {
  const [common, organization] = [name?.CN, name?.O].map((part) => (Array.isArray(part) ? part[0] : part));
  if (common === undefined) return organization ?? 'no name';
  return organization === undefined || organization === common ? common : `${common} (${organization})`;
}

/** `DNS:a, IP Address:127.0.0.1` as plain names. */
function namesOf(subjectAltName: string | undefined): string[] {
  return (subjectAltName ?? '').split(', ').flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? []);
}

function dateOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'an unknown date' : date.toISOString().slice(0, 10);
}
