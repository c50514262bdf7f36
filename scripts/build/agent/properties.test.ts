import { inflateSync } from 'node:zlib';
import t from 'tap';
import { iconPicture, iconSizes } from './icon.ts';
import { versionOf, withProperties } from './properties.ts';

t.test('what is no Windows executable comes back as it is', async (t) => {
  const elf = Buffer.from('\x7fELF');
  t.equal(withProperties(elf, { file: 'hallpass-agent', version: '1.2.3' }), elf);
});

t.test('versions of Windows are four numbers, and a version before a release is marked', async (t) => {
  const fixed = (version: string) => versionOf({ file: 'a.exe', version }).fixedInfo;
  t.match(fixed('1.2.3'), { fileVersionMS: 0x10002, fileVersionLS: 0x30000, fileFlags: 0 });
  t.match(fixed('0.12.0-beta.4+5'), { fileVersionMS: 12, productVersionMS: 12, productVersionLS: 0, fileFlags: 2 });
});

t.test('the icon is the mark: a blue ground with round corners, and white on it', async (t) => {
  for (const size of iconSizes) {
    const png = iconPicture(size);
    t.equal(png.readUInt32BE(16), size);
    const pixels = inflateSync(png.subarray(41, -16));
    const at = (x: number, y: number) => {
      const start = Math.floor(y * size) * (1 + size * 4) + 1 + Math.floor(x * size) * 4;
      return [...pixels.subarray(start, start + 4)];
    };
    t.equal(pixels.length, size * (1 + size * 4));
    t.ok((at(0, 0)[3] ?? 255) < 100, 'the corner lets through what is behind');
    t.same(at(0.5, 0.1), [0x1f, 0x5f, 0xbf, 0xff]);
    t.same(at(9 / 32, 0.5), [0xff, 0xff, 0xff, 0xff]);
  }
});
