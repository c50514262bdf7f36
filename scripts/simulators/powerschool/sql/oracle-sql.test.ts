import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { createTables } from '../database/schema.ts';
import { oraHash, registerOracleFunctions } from './functions.ts';
import { translateSql } from './oracle-sql.ts';

const db = new DatabaseSync(':memory:');
registerOracleFunctions(db, () => '2026-03-04 05:06:07');
createTables(db);
db.exec("INSERT INTO terms (dcid, id, name, firstday) VALUES (1, 3500, 'Year', '2025-08-01'), (2, 3501, NULL, NULL)");

/** The only value of an expression, as Oracle would return it. */
function value(expression: string, from = 'DUAL', binds: Record<string, string | number> = {}): unknown {
  const { sql } = translateSql(`SELECT ${expression} AS v FROM ${from}`, new Set(['ids']));
  return db.prepare(sql).get(binds)?.v;
}

t.test('concatenates text as Oracle does', async (t) => {
  t.equal(value("'a' || NULL || 'b'"), 'ab');
  t.equal(value('NULL || NULL'), null);
  t.equal(value("'a' || (1 + 2) || UPPER('x') || CASE WHEN 1 = 1 THEN 'y' ELSE 'z' END || '|'"), 'a3Xy|');
  t.equal(value("t.name || '-' || t.id", 'terms t WHERE t.dcid = 2'), '-3501');
  t.equal(value("'it''s || not' || ' joined'"), "it's || not joined");
  t.equal(value("NVL(t.name, 'none') || ''", 'terms t WHERE t.dcid = 2'), 'none');
});

t.test("treats '' as NULL", async (t) => {
  t.equal(value('COUNT(*)', "terms WHERE name <> ''"), 0);
  t.equal(value("NVL('', 'x')"), 'x');
  t.equal(value("COALESCE(NULL, '')"), null);
});

t.test("has Oracle's functions", async (t) => {
  t.equal(value("TO_CHAR(t.firstday, 'YYYY-MM-DD')", 'terms t WHERE dcid = 1'), '2025-08-01');
  t.equal(value("TO_CHAR(t.firstday, 'YYYY-MM-DD')", 'terms t WHERE dcid = 2'), null);
  t.equal(value("TO_CHAR(t.firstday, 'MM/DD/YYYY')", 'terms t WHERE dcid = 1'), '08/01/2025');
  t.equal(value("TO_CHAR(SYSDATE, 'DD-MON-YY HH24:MI:SS')"), '04-MAR-26 05:06:07');
  t.equal(value('TO_CHAR(SYSDATE, \'fmMonth D"th"\')'), 'March 4th');
  t.equal(value('TO_CHAR(t.id)', 'terms t WHERE dcid = 1'), '3500');
  t.equal(value("TO_CHAR(7, 'FM000')"), '007');
  t.equal(value("TO_CHAR(3.14159, '99.99')"), '  3.14');
  t.equal(value("TO_DATE('8/1/2025', 'MM/DD/YYYY')"), '2025-08-01');
  t.equal(value("TO_DATE('2025-08-01 13:05', 'YYYY-MM-DD HH24:MI')"), '2025-08-01 13:05:00');
  t.throws(() => value("TO_DATE('soon', 'MM/DD/YYYY')"), /ORA-01861/);
  t.equal(value('TRUNC(SYSDATE)'), '2026-03-04');
  t.equal(value("TRUNC(SYSDATE, 'MM')"), '2026-03-01');
  t.equal(value('TRUNC(-2.57, 1)'), -2.5);
  t.equal(value("NVL2(NULL, 'some', 'none')"), 'none');
  t.equal(value("DECODE(NULL, 1, 'one', NULL, 'null', 'other')"), 'null');
  t.equal(value("DECODE(3, 1, 'one', 'other')"), 'other');
  t.equal(value('DECODE(3, 1, 0)'), null);
  t.equal(value("TO_NUMBER('12') + 1"), 13);
  t.throws(() => value("TO_NUMBER('x')"), /ORA-01722/);
  t.equal(value("LPAD('7', 3, '0') || RPAD('a', 2) || '|'"), '007a |');
  t.equal(value("CONCAT('a', NULL)"), 'a');
  t.equal(value('GREATEST(1, 3) - LEAST(1, 3)'), 2);
});

t.test('ORA_HASH distributes over 32 bits', async (t) => {
  t.equal(value('ORA_HASH(NULL)'), 0);
  t.equal(value("ORA_HASH('abc')"), oraHash('abc'));
  t.not(value("ORA_HASH('abc')"), value("ORA_HASH('abd')"));
  t.ok(Number(value("ORA_HASH('abc', 9)")) <= 9);
  t.not(value("ORA_HASH('abc', 4294967295, 1)"), value("ORA_HASH('abc')"));
  const hashes = new Set(Array.from({ length: 20_000 }, (_, index) => oraHash(`${index}|student`)));
  t.ok(hashes.size > 19_990, 'hardly any collisions');
  t.ok([...hashes].some((hash) => hash > 2 ** 31));
});

t.test('understands binds, arrays, order and comments', async (t) => {
  const translated = translateSql(
    `SELECT a FROM t -- :no || comment\n WHERE x = :One AND y IN (:IDS) /* :no */ AND z = ':no' <@restricted_table table="t"/>`,
    new Set(['ids']),
  );
  t.same(translated.binds, ['one', 'ids']);
  t.notOk(translated.ordered);
  t.ok(translateSql('select 1 from dual order  by 1', new Set()).ordered);
  t.notOk(translateSql('SELECT * FROM (SELECT 1 FROM DUAL ORDER BY 1)', new Set()).ordered);
  t.equal(value('COUNT(*)', 'terms WHERE dcid IN (:ids)', { ids: '[1,2,9]' }), 2);
  t.equal(value('COUNT(*)', "terms WHERE firstday >= DATE '2025-08-01'"), 1);
  t.match(translateSql('SELECT a MINUS SELECT b', new Set()).sql, /EXCEPT/);
});
