import { generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import { keyFault } from './public-key.ts';

const base64url = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');

t.test('every key that Node generates is valid', async (t) => {
  for (let at = 0; at < 50; at++) {
    const { publicKey } = generateKeyPairSync('ed25519');
    t.equal(keyFault(String(publicKey.export({ format: 'jwk' }).x)), undefined);
  }
});

t.test('the keys of RFC 8032 §7.1 are valid', async (t) => {
  for (const hex of [
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
  ]) {
    t.equal(keyFault(base64url(hex)), undefined);
  }
});

t.test('points of low order, values off the curve, and other encodings are invalid', async (t) => {
  const zeros = '00'.repeat(30);
  for (const hex of [
    `01${zeros}00`,
    `01${zeros}80`,
    `00${zeros}00`,
    `00${zeros}80`,
    `ec${'ff'.repeat(30)}7f`,
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  ]) {
    t.match(keyFault(base64url(hex)), /low order/, hex);
  }
  t.match(keyFault(base64url(`ee${'ff'.repeat(30)}7f`)), /shortest form/);
  t.match(keyFault(base64url(`02${zeros}00`)), /not a point/);
  t.match(keyFault('A'.repeat(42)), /32 bytes/);
  t.match(keyFault(`${'A'.repeat(42)}B`), /32 bytes/, 'bits beyond the last byte');
  t.match(keyFault('*'.repeat(43)), /32 bytes/);
});
