import fc from 'fast-check';
import t from 'tap';
import { describeValue, fold, showInvisible, trimInvisible } from './invisible.ts';
import { anyCharacter } from './testing/any-character.ts';

t.test('removes invisible characters at the ends of a text, and keeps those within', async (t) => {
  const hidden = [
    '\u200b',
    '\ufeff',
    '\u00a0',
    '\u00ad',
    '\u200e',
    '\u202e',
    '\u2066',
    '\u0007',
    '\u0085',
    '\u3164',
    '\u{e0020}',
  ];
  for (const one of hidden) {
    t.equal(trimInvisible(`${one}x@y.example${one} ${one}`), 'x@y.example', showInvisible(one));
    t.equal(trimInvisible(`x${one}y`), `x${one}y`);
    t.equal(trimInvisible(one), '');
    t.match(showInvisible(`x${one}y`), /^x\\u\{?[0-9a-f]{4,5}\}?y$/);
  }
  t.equal(trimInvisible(' Ana María\t'), 'Ana María');
  t.equal(showInvisible('Ana María'), 'Ana María');
});

t.test('a message says where an invisible character is, and which letter only looks Latin', async (t) => {
  t.equal(describeValue('ana@x.example'), 'ana@x.example');
  t.equal(describeValue('an\u200ba@x.example'), 'an\\u200ba@x.example (an invisible character \\u200b after "an")');
  t.match(describeValue('\u00a0ana'), /at its beginning/);
  t.match(describeValue('аna@x.example'), /"а" is Cyrillic, U\+0430/);
  t.equal(describeValue('Иван'), 'Иван', 'a name in one alphabet is unambiguous');
  for (const two of ['a@x.example; b@x.example', 'a@x.example,b@x.example', 'a@x.example b@x.example']) {
    t.equal(describeValue(two), `${two} (more than one address)`);
  }
  t.equal(describeValue('Ana, Maria <a@x.example>'), 'Ana, Maria <a@x.example>');
});

t.test('folds values alike whatever their case, form and width', async (t) => {
  const forms = [
    'José@X.example',
    'JOSÉ@x.example',
    'Jose\u0301@x.example',
    '\ufeffjosé@x.example\u200b',
    'Ｊosé＠x.example',
  ];
  t.same(new Set(forms.map(fold)), new Set(['josé@x.example']));
  t.not(fold('jose@x.example'), fold('josé@x.example'), 'accents count');
  t.not(fold('a\u200bb'), fold('ab'), 'and so do invisible characters within');
  fc.assert(fc.property(fc.string({ unit: anyCharacter }), (text) => fold(fold(text)) === fold(text)));
});
