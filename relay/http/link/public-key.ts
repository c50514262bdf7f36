/**
 * Whether 32 bytes are an Ed25519 public key (RFC 8032 §5.1.3). Node imports any 32 bytes. A key that is not a point on
 * the curve verifies nothing, and one of the few points of low order verifies signatures that anybody can make.
 */

const p = 2n ** 255n - 19n;
const d = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
/** 2^((p - 1) / 4), a square root of -1. */
const rootOfMinusOne = power(2n, (p - 1n) / 4n);
/** The y coordinates of the eight points of order 1, 2, 4 and 8. */
const lowOrder = new Set([
  0n,
  1n,
  p - 1n,
  littleEndian(Buffer.from('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'hex')),
  littleEndian(Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'hex')),
]);

/**
 * @param x of an Ed25519 JWK (RFC 8037): 32 bytes, base64url without padding
 * @returns what is wrong with it; undefined for a valid key
 */
export function keyFault(x: string): string | undefined {
  const bytes = Buffer.from(x, 'base64url');
  if (bytes.length !== 32 || bytes.toString('base64url') !== x) return 'it is not 32 bytes of base64url';
  const y = littleEndian(bytes) & (2n ** 255n - 1n);
  if (y >= p) return 'it is not in its shortest form';
  if (lowOrder.has(y)) return 'it is a point of low order';
  const square = mod((y * y - 1n) * power(mod(d * y * y + 1n), p - 2n));
  const root = power(square, (p + 3n) / 8n);
  const isOnCurve = [root, mod(root * rootOfMinusOne)].some((one) => mod(one * one) === square);
  return isOnCurve ? undefined : 'it is not a point on the curve';
}

function littleEndian(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function mod(value: bigint): bigint {
  const rest = value % p;
  return rest < 0n ? rest + p : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = mod(base);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}
