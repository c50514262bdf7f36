import t from 'tap';
import { transliterate } from '../../../relay/identity/transliterate.ts';
import { plainLetters } from './letters.ts';

t.test('keeps plain names, and turns other letters into plain ones', async (t) => {
  const names: [string, string | undefined][] = [
    ['Gößmann', 'gossmann'],
    ['Łukaszewicz-Đức', 'lukaszewicz-duc'],
    ['Sørensen', 'sorensen'],
    ['Þórdís Æsa', 'thordisaesa'],
    ['İlkay Işık', 'ilkayisik'],
    ['Əliyev', 'eliyev'],
    ['Ɓala Ɗan Ƙasa Ƴar', 'baladankasayar'],
    ['Ɔkɔmfo Ɛdwom', 'okomfoedwom'],
    ['Kaʻahumanu', 'kaahumanu'],
    ['Xa\uA78Can', 'xaan'],
    ['ǃNawas', 'nawas'],
    ['Smith\u2212Jones', 'smith-jones'],
    ['Петров', undefined],
    ['Ana 王', undefined],
    ['٣', undefined],
    ['ʻ', undefined],
  ];
  for (const [name, plain] of names) t.equal(plainLetters(name), plain, name);
});

t.test('the relay and Unicode agree on the letters of national alphabets', async (t) => {
  const letters = [...lettersOf(0xc0, 0x24f), ...lettersOf(0x1e00, 0x1eff), ...'ɓɖɗəɛɠɣɨɩɲɔʉʊʋ'];
  const differ = letters.flatMap((letter) => {
    const [relay, unicode] = [transliterate(`${letter}x`), plainLetters(`${letter}x`)];
    return relay === undefined || relay === unicode ? [] : [`${letter} ${relay.slice(0, -1)} ${unicode?.slice(0, -1)}`];
  });
  // Their place in the alphabet does not show how they are spelled.
  const misplaced = ['Ƅ b z', 'ƅ b z', 'ƕ hv h', 'ƛ tl l', 'Ɯ m u', 'Ƨ s z', 'ƨ s z', 'Ƽ  z', 'ƽ  z', 'ƾ  ts', 'ƿ w z'];
  t.same(differ, [...misplaced, 'Ƕ hv h', 'Ƿ w z', 'Ȣ ou o', 'ȣ ou o', 'Ʌ a v'], 'letter, relay, Unicode');
});

function* lettersOf(first: number, last: number): Generator<string> {
  for (let code = first; code <= last; code += 1) {
    const letter = String.fromCodePoint(code);
    if (/(?=\p{L})\p{Script=Latin}/u.test(letter)) yield letter;
  }
}
