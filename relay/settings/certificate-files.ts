/** Certificates and keys in the files that settings name. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { certificatesIn } from '../../shared/ca-file.ts';
import { HallpassError } from '../../shared/errors.ts';
import { readBytes, readTextFile } from '../../shared/text-file.ts';

/** What a file contains, or why it cannot be used, without a period. */
export type Held<T> = { value: T } | { reason: string };

/** A program's own certificate, which is passed on as PEM. */
export async function certificateIn(file: string): Promise<Held<X509Certificate>> {
  const bytes = await orReason(readBytes(file));
  if ('reason' in bytes) return bytes;
  const found = certificatesIn(bytes.value);
  if ('reason' in found) return { reason: `${file} holds no certificate in PEM: ${found.reason}` };
  if (bytes.value[0] === 0x30) {
    return {
      reason: `${file} holds its certificate in DER: convert it to PEM with "openssl x509 -in ${file} -out NEW"`,
    };
  }
  return { value: new X509Certificate(found.certificates[0] ?? '') };
}

export async function privateKeyIn(file: string): Promise<Held<KeyObject>> {
  const text = await orReason(readTextFile(file));
  if ('reason' in text) return text;
  try {
    return { value: createPrivateKey(text.value) };
  } catch {
    const how = /ENCRYPTED/.test(text.value)
      ? `has a passphrase: remove it with "openssl pkey -in ${file} -out NEW"`
      : 'holds no private key in PEM';
    return { reason: `${file} ${how}` };
  }
}

/** The result of reading a file, or the reason why it cannot be read. */
export async function orReason<T>(reading: Promise<T>): Promise<Held<T>> {
  try {
    return { value: await reading };
  } catch (error) {
    if (!(error instanceof HallpassError)) throw error;
    return { reason: `${error.message.charAt(0).toLowerCase()}${error.message.slice(1).replace(/\.$/, '')}` };
  }
}
