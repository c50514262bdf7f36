/** What must be true of every kind of operation. */
import { existsSync } from 'node:fs';
import t from 'tap';
import { answerTable } from './answer-table.ts';
import { kindsThat, operationKinds, specOf } from './registry.ts';
import type { Does } from './spec.ts';

t.test('every kind has a file named after it', (t) => {
  for (const kind of operationKinds) {
    const name = kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    t.ok(existsSync(new URL(`./${name}.ts`, import.meta.url)), name);
  }
  t.end();
});

t.test("the table of answers keeps the order of each kind's rows", (t) => {
  const table = answerTable();
  for (const kind of operationKinds) {
    const rows = table.filter(({ kinds }) => kinds === undefined || kinds.includes(kind)).map(({ row }) => row);
    t.strictSame(rows, specOf(kind).answers, kind);
  }
  t.end();
});

t.test('every refusal has a meaning for every kind', (t) => {
  for (const kind of operationKinds) {
    const plain = specOf(kind).answers.filter(({ codes, details, message }) => !(codes || details || message));
    for (let status = 400; status < 600; status += 1) {
      const fits = plain.some((row) =>
        row.status.some((one) => (typeof one === 'number' ? one === status : one[0] <= status && status <= one[1])),
      );
      if (!fits) t.fail(`${kind}: ${status}`);
    }
  }
  t.end();
});

t.test('every difference has exactly one repair', async (t) => {
  const differences: Does[] = [
    ...(['school', 'class', 'user', 'group'] as const).map((updates) => ({ updates })),
    ...(['school', 'class', 'user', 'group'] as const).map((creates) => ({ creates })),
    ...(['member', 'owner', 'schoolUser', 'schoolClass', 'groupMember'] as const).map((adds) => ({ adds })),
    ...(['member', 'owner', 'groupMember'] as const).map((removes) => ({ removes })),
  ];
  for (const does of differences) t.equal(kindsThat(does).length, 1, JSON.stringify(does));
});

t.test('repeats only what can be repeated without harm', (t) => {
  for (const kind of operationKinds) {
    const { makes, lostAnswer } = specOf(kind);
    t.equal(lostAnswer({ key: 'class:1', after: undefined }).what === 'look', makes !== undefined, kind);
  }
  t.end();
});
