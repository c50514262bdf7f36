/**
 * Takes the Authenticode signature out of a Windows executable. Node's own does not hold anymore once a program is put
 * in, and a broken signature is worse than none: scanners take it for tampering, and it is in the way of a new one.
 * Offsets are those of Microsoft's "PE Format" for 64-bit images.
 */
const lfanew = 0x3c;
/** From the PE signature to the entry of the certificate table: signature 4, file header 20, optional header 112, entry 4. */
const certificateTable = 4 + 20 + 112 + 4 * 8;

/** @returns the content without its signature; what is not a signed Windows executable comes back as it is */
export function withoutSignature(content: Buffer): Buffer {
  if (content.toString('latin1', 0, 2) !== 'MZ') return content;
  const entry = content.readUInt32LE(lfanew) + certificateTable;
  const [offset, size] = [content.readUInt32LE(entry), content.readUInt32LE(entry + 4)];
  if (size === 0) return content;
  if (offset + size !== content.length) throw new Error('the certificates do not stand at the end of the executable');
  const unsigned = Buffer.from(content.subarray(0, offset));
  unsigned.writeBigUInt64LE(0n, entry);
  return unsigned;
}
