/**
 * Secrets at rest: AES-256-GCM with one key per relay, which is kept in a separate file and not in the database, so
 * that a copy of the database reveals nothing. A sealed text is bound to its purpose (tenant and person): moved to
 * another row, it does not open.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { fail } from '../../shared/errors.ts';

export interface Vault {
  /** @param purpose whose secret it is: `tenant/students:123` @throws HallpassError KEY_UNUSABLE */
  seal(secret: string, purpose: string): Promise<string>;
  /** @throws HallpassError KEY_UNUSABLE, KEY_WRONG */
  open(sealed: string, purpose: string): Promise<string>;
}

/** Bytes of the key, of a nonce (NIST SP 800-38D: 96 bits, random) and of the tag. */
export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * @param loadKey called on first use: a relay without secrets needs no key
 * @param name where the key comes from, for errors
 */
export function createVault(loadKey: () => Promise<Buffer>, name: string): Vault {
  let loading: Promise<Buffer> | undefined;
  const key = async () => {
    loading ??= loadKey();
    const loaded = await loading.catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    if (loaded.length !== keyBytes) {
      throw fail('KEY_UNUSABLE', { file: name, reason: `it has ${loaded.length} bytes, not ${keyBytes}` });
    }
    return loaded;
  };
  return {
    async seal(secret, purpose) {
      const used = await key();
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', used, nonce, { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(purpose));
      const sealed = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `v1.${keyId(used)}.${sealed.toString('base64url')}`;
    },
    async open(sealed, purpose) {
      const used = await key();
      const [version, id, text = ''] = sealed.split('.');
      if (version !== 'v1' || id !== keyId(used)) {
        throw fail('KEY_WRONG', { file: name, reason: `it was sealed with the key ${id}, and this is ${keyId(used)}` });
      }
      const bytes = Buffer.from(text, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', used, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(Buffer.from(purpose));
      try {
        decipher.setAuthTag(bytes.subarray(-tagBytes));
        return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
      } catch (error) {
        throw fail(
          'KEY_WRONG',
          { file: name, reason: 'it was changed, or belongs to somebody else' },
          { cause: error },
        );
      }
    },
  };
}

/** Tells keys apart without revealing them. */
function keyId(key: Buffer): string {
  return createHash('sha256').update('hallpass key id').update(key).digest('hex').slice(0, 8);
}
