/** Certificates in a file that a person exported, in any of the usual formats. Pure. */
import { X509Certificate } from 'node:crypto';
import { reasonOf } from './errors.ts';
import { decodeText } from './person-text.ts';

export type CaFile = { certificates: string[] } | { reason: string };

/** The certificates as PEM, or why the file has none that can be used. */
export function certificatesIn(bytes: Uint8Array): CaFile {
  if (bytes.length === 0) return { reason: 'it is empty' };
  const container = containerOf(bytes);
  if (container !== undefined) return { reason: `it is a ${container}, not a certificate` };
  if (bytes[0] === 0x30) return readAll(sequencesIn(bytes));
  const decoded = decodeText(bytes);
  if ('reason' in decoded) return decoded;
  return inPem(decoded.text);
}

function inPem(text: string): CaFile {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g)];
  // X509 is an older OpenSSL label for the same thing; TRUSTED is a certificate followed by its trusted uses.
  const certificates = blocks.filter(([, label = '']) => /^(?:X509 |TRUSTED )?CERTIFICATE$/.test(label));
  if (certificates.length > 0) return readAll(certificates.map(([, label, body = '']) => certificateOf(label, body)));
  const [label] = blocks.map((block) => block[1]);
  if (label === 'PKCS7' || label === 'CMS') return { reason: 'it is a PKCS#7 container (.p7b), not a certificate' };
  if (label !== undefined) return { reason: `it holds a ${label.toLowerCase()}, not a certificate` };
  if (text.includes('-----BEGIN CERTIFICATE-----'))
    return { reason: 'its certificate is cut off: there is no END line' };
  return { reason: 'there is no certificate in it' };
}

function certificateOf(label: string | undefined, body: string): string | Uint8Array {
  if (label !== 'TRUSTED CERTIFICATE') return `-----BEGIN CERTIFICATE-----${body}-----END CERTIFICATE-----`;
  return sequencesIn(Buffer.from(body, 'base64'))[0] ?? '';
}

/** DER: sequences (X.690 §8.9) one after the other. Node would read the first and silently ignore the rest. */
function sequencesIn(bytes: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  let rest = Buffer.from(bytes);
  while (rest.length > 0 && !/^[\s\0]*$/.test(rest.toString('latin1'))) {
    const first = rest[1] ?? 0;
    const lengthBytes = first > 0x80 ? Math.min(first - 0x80, 6, Math.max(rest.length - 2, 0)) : 0;
    const length = lengthBytes > 0 ? rest.readUIntBE(2, lengthBytes) : first;
    // Anything that is not a sequence is refused as a damaged certificate, together with the rest.
    const end = rest[0] === 0x30 ? 2 + lengthBytes + length : rest.length;
    found.push(rest.subarray(0, end));
    rest = rest.subarray(end);
  }
  return found;
}

function readAll(sources: readonly (string | Uint8Array)[]): CaFile {
  const certificates: string[] = [];
  for (const [at, source] of sources.entries()) {
    try {
      certificates.push(new X509Certificate(source).toString());
    } catch (error) {
      const which = sources.length === 1 ? 'its certificate' : `certificate ${at + 1} of ${sources.length}`;
      return { reason: `${which} is damaged, or not in X.509 form (${reasonOf(error)})` };
    }
  }
  return { certificates };
}

/** 1.2.840.113549.1.7.2, signedData, as DER: the beginning of a binary .p7b file. */
const signedData = Buffer.from('06092a864886f70d010702', 'hex');
/** Version 3 at the start of a sequence: PFX (RFC 7292 §4). */
const pfxVersion = Buffer.from('020103', 'hex');

function containerOf(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 32));
  if (head[0] === 0x30) {
    const length = head[1] ?? 0;
    // A long length gives the number of its bytes first; 0x80 alone means "until its end".
    const inner = head.subarray(2 + (length > 0x80 ? length - 0x80 : 0));
    if (inner.subarray(0, signedData.length).equals(signedData)) return 'PKCS#7 container (.p7b)';
    if (inner.subarray(0, pfxVersion.length).equals(pfxVersion)) return 'PKCS#12 container (.pfx, .p12)';
  }
  if (head.readUIntBE(0, Math.min(4, head.length)) === 0xfeedfeed) return 'Java keystore';
  return head.toString('latin1').startsWith('PK\x03\x04') ? 'ZIP file' : undefined;
}
