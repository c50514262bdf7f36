/** Constructs that published PowerQueries use, with the answers that Oracle gives. */
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { createTables } from '../database/schema.ts';
import { registerOracleFunctions } from './functions.ts';
import { translateSql } from './oracle-sql.ts';

const db = new DatabaseSync(':memory:');
registerOracleFunctions(db, () => '2026-03-04 05:06:07');
createTables(db);
db.exec(`
  INSERT INTO schools (dcid, school_number, name) VALUES (1, 100, 'Maple'), (2, 200, 'Oak'), (3, 300, 'Elm');
  INSERT INTO students (dcid, id, schoolid, first_name, grade_level, entrydate, exitdate) VALUES
    (11, 1, 100, 'Ada', 9, '2025-08-20', '2026-06-10'), (12, 2, 100, 'Bo', 10, '2025-08-20', '2026-06-10'),
    (13, 3, 200, 'Cy', 9, '2024-02-29', '2026-06-10');
  INSERT INTO terms (dcid, id, schoolid, name) VALUES (21, 3500, 100, 'Year'), (22, 3501, 100, 'S1');
`);

function rows(sql: string, binds: Record<string, string | number> = {}): unknown[][] {
  const statement = db.prepare(translateSql(sql, new Set()).sql);
  statement.setReturnArrays(true);
  return statement.all(binds) as unknown as unknown[][];
}

const value = (expression: string) => rows(`SELECT ${expression} FROM DUAL`)[0]?.[0];

t.test('ADD_MONTHS keeps the last day of a month, and LAST_DAY and MONTHS_BETWEEN count as Oracle does', async (t) => {
  t.equal(value("ADD_MONTHS(DATE '2026-01-31', 1)"), '2026-02-28');
  t.equal(value("ADD_MONTHS(DATE '2026-02-28', 1)"), '2026-03-31', 'the last day stays the last day');
  t.equal(value("ADD_MONTHS(DATE '2024-02-28', 1)"), '2024-03-28');
  t.equal(value("ADD_MONTHS(DATE '2026-03-15', -14.9)"), '2025-01-15');
  t.equal(value('ADD_MONTHS(SYSDATE, 12)'), '2027-03-04 05:06:07');
  t.equal(value("LAST_DAY(DATE '2024-02-01')"), '2024-02-29');
  t.equal(value("MONTHS_BETWEEN(DATE '2026-03-31', DATE '2026-02-28')"), 1);
  t.equal(value("MONTHS_BETWEEN(DATE '2026-03-15', DATE '2026-02-15')"), 1);
  t.equal(value('ADD_MONTHS(NULL, 1)'), null);
});

t.test('EXTRACT takes a part of a date', async (t) => {
  t.same(rows('SELECT EXTRACT(YEAR FROM entrydate), EXTRACT(month from s.exitdate) FROM students s WHERE id = 1'), [
    [2025, 6],
  ]);
  t.equal(value('EXTRACT(DAY FROM ADD_MONTHS(SYSDATE, 1))'), 4);
  t.throws(() => value('EXTRACT(CENTURY FROM SYSDATE)'), /ORA-00907/);
});

t.test('adds days to dates, and subtracts dates', async (t) => {
  t.equal(value('TRUNC(SYSDATE) + 30'), '2026-04-03');
  t.equal(value('SYSDATE - 1'), '2026-03-03 05:06:07');
  t.equal(value("DATE '2026-03-04' - DATE '2026-02-28'"), 4);
  t.same(rows('SELECT exitdate - entrydate, s.exitdate + 1 FROM students s WHERE id = 1'), [[294, '2026-06-11']]);
  t.same(rows('SELECT grade_level - 1, -1 FROM students WHERE grade_level + 1 = 11'), [[9, -1]], 'numbers are numbers');
  t.same(rows('SELECT id FROM students WHERE entrydate BETWEEN SYSDATE - 800 AND SYSDATE - 700 ORDER BY id'), [[3]]);
});

t.test('LISTAGG joins in its own order and skips NULL', async (t) => {
  t.same(
    rows(`SELECT schoolid, LISTAGG(first_name, '; ') WITHIN GROUP (ORDER BY first_name DESC) AS names
          FROM students GROUP BY schoolid ORDER BY schoolid`),
    [
      [100, 'Bo; Ada'],
      [200, 'Cy'],
    ],
  );
  t.same(rows('SELECT LISTAGG(middle_name) WITHIN GROUP (ORDER BY id) FROM students'), [[null]]);
  t.throws(() => rows("SELECT LISTAGG(DISTINCT first_name, ',') FROM students"), /LISTAGG\(DISTINCT/);
  t.throws(
    () => rows("SELECT LISTAGG(id, ',') WITHIN GROUP (ORDER BY id) OVER (PARTITION BY schoolid) FROM students"),
    /LISTAGG … OVER is not translated/,
  );
});

t.test('ROWNUM limits and counts before sorting', async (t) => {
  const sorted = 'SELECT id FROM students ORDER BY id DESC';
  t.same(rows(`SELECT id FROM (${sorted}) WHERE ROWNUM <= 2`), [[3], [2]]);
  t.same(rows(`SELECT q.id, ROWNUM FROM (${sorted}) q WHERE ROWNUM < :n`, { n: 3 }), [
    [3, 1],
    [2, 2],
  ]);
  t.same(
    rows(`SELECT id, rnum FROM (SELECT q.*, ROWNUM rnum FROM (${sorted}) q WHERE ROWNUM <= 3) WHERE rnum > 1`),
    [
      [2, 2],
      [1, 3],
    ],
    'the usual way to page',
  );
  t.same(rows('SELECT id FROM students WHERE grade_level = 9 AND rownum = 1'), [[1]]);
  t.same(rows('SELECT id FROM students WHERE ROWNUM = 2'), [], 'no row is ever the second');
  t.same(rows('SELECT id FROM students WHERE ROWNUM > 1'), []);
  t.same(rows(`SELECT id FROM (${sorted}) WHERE ROWNUM BETWEEN 1 AND 1`), [[3]]);
  t.throws(() => rows('SELECT id FROM students WHERE ROWNUM <= 2 ORDER BY id DESC'), /ROWNUM beside ORDER BY/);
  t.throws(() => rows('SELECT COUNT(id) FROM students WHERE ROWNUM <= 2'), /aggregate/);
});

t.test('FETCH FIRST and OFFSET limit after sorting', async (t) => {
  t.same(rows('SELECT id FROM students ORDER BY id DESC FETCH FIRST 1 ROW ONLY'), [[3]]);
  t.same(rows('SELECT id FROM students ORDER BY id OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY'), [[2]]);
  t.throws(() => rows('SELECT id FROM students FETCH FIRST 1 ROWS WITH TIES'), /WITH TIES is not translated/);
});

t.test('(+) keeps rows without a partner', async (t) => {
  t.same(
    rows(`SELECT sc.name, s.first_name FROM schools sc, students s
          WHERE sc.school_number = s.schoolid (+) AND s.grade_level(+) = 9 AND sc.dcid < 9 ORDER BY sc.dcid`),
    [
      ['Maple', 'Ada'],
      ['Oak', 'Cy'],
      ['Elm', null],
    ],
  );
  t.same(
    rows(`SELECT sc.name, s.first_name, t.name FROM terms t, students s, schools sc
          WHERE t.schoolid(+) = s.schoolid AND sc.school_number = s.schoolid(+) AND NVL(t.id(+), 0) = 3500
          ORDER BY sc.dcid, s.id`),
    [
      ['Maple', 'Ada', 'Year'],
      ['Maple', 'Bo', 'Year'],
      ['Oak', 'Cy', null],
      ['Elm', null, null],
    ],
    'one after the other, each once its condition can be evaluated',
  );
  t.throws(
    () => rows('SELECT 1 FROM schools a JOIN terms t ON 1 = 1, students s WHERE a.dcid = s.id(+)'),
    /\(\+\) beside JOIN/,
  );
  t.throws(() => rows('SELECT 1 FROM terms t, students s WHERE t.id(+) = s.id(+)'), /two tables/);
});

t.test('supports regular expressions and functions on text', async (t) => {
  t.same(rows("SELECT id FROM students WHERE REGEXP_LIKE(first_name, '^a', 'i') AND id < 9"), [[1]]);
  t.equal(value("CASE WHEN REGEXP_LIKE('12-34', '^[[:digit:]-]+$') THEN 'y' ELSE 'n' END"), 'y');
  t.equal(value("REGEXP_REPLACE('a1b22', '[0-9]+', '#')"), 'a#b#');
  t.equal(value("REGEXP_REPLACE('Lee, Kim', '(.+), (.+)', '\\2 \\1')"), 'Kim Lee');
  t.equal(value("REGEXP_REPLACE('a1b22', '[0-9]+', '#', 1, 2)"), 'a1b#');
  t.equal(value("REGEXP_SUBSTR('a-b-c', '[^-]+', 1, 2)"), 'b');
  t.equal(value("REGEXP_COUNT('banana', 'an')"), 2);
  t.equal(value("INSTR('banana', 'an', 1, 2)"), 4);
  t.equal(value("INSTR('banana', 'an', -1)"), 4);
  t.equal(value("INSTR('banana', 'x')"), 0);
  t.equal(value("INITCAP('o''neil mary-jo')"), "O'Neil Mary-Jo");
  t.equal(value("TRANSLATE('a1b2', '12x', 'XY')"), 'aXbY');
  t.equal(value('CHR(65) || ASCII(CHR(66))'), 'A66');
  t.throws(() => value("REGEXP_COUNT('x', '(')"), /ORA-12726/);
});

t.test('treats dates as dates wherever they come from, and computes products before sums', async (t) => {
  const later: [string, unknown][] = [
    ['NVL(exitdate, SYSDATE) - 10', '2026-05-31'],
    ['MAX(exitdate) - MIN(entrydate)', 294],
    ['(SELECT MAX(exitdate) FROM students) - 10', '2026-05-31'],
    ['CASE WHEN 1 = 1 THEN exitdate ELSE SYSDATE END + 1', '2026-06-11'],
    ['DECODE(1, 1, exitdate) + 1', '2026-06-11'],
    ['GREATEST(exitdate, SYSDATE) + 1', '2026-06-11'],
    ['SYSDATE - 1/24', '2026-03-04 04:06:07'],
    ['exitdate + 7 * 2', '2026-06-24'],
    ['2 * 7 + exitdate', '2026-06-24'],
    ['exitdate - (entrydate - 1)', 295],
    ['-grade_level + 1', -8],
    ['grade_level - -1 * 2', 11],
  ];
  for (const [expression, right] of later) {
    t.same(rows(`SELECT ${expression} FROM students WHERE id = 1`), [[right]], expression);
  }
  t.same(rows('SELECT x.d + 1 FROM (SELECT exitdate AS d FROM students WHERE id = 1) x'), [['2026-06-11']]);
  t.same(rows('SELECT SUM(grade_level) OVER (PARTITION BY schoolid) / 2 FROM students ORDER BY id'), [
    [9.5],
    [9.5],
    [4.5],
  ]);
  t.same(rows('SELECT (ROWNUM - 1) * 10, CASE WHEN ROWNUM = 1 THEN 1 END FROM students WHERE ROWNUM <= 2'), [
    [0, 1],
    [10, null],
  ]);
  t.equal(value("TRUNC(SYSDATE, 'Q')"), '2026-01-01');
  t.equal(value("TRUNC(DATE '2025-08-20', 'IW')"), '2025-08-18');
  t.equal(value("ROUND(DATE '2026-02-16', 'MM')"), '2026-03-01');
  t.equal(value("NEXT_DAY(DATE '2026-03-04', 'Wednesday')"), '2026-03-11');
  t.throws(() => value("TRUNC(SYSDATE, 'CC')"), /unit CC of a date is not translated/);
});

t.test('numbers divide into fractions, and text beside a number is converted to one', async (t) => {
  const numbers: [string, unknown][] = [
    ['7 / 2', 3.5],
    ['8 / 4', 2],
    ["'x' || 8 / 4", 'x2'],
    ['5 * 1 / 2', 2.5],
    ['COUNT(*) / 2', 0.5],
    ['ROUND(2 / 3, 2)', 0.67],
    ['ROUND(1.005, 2)', 1.01],
    ['ROUND(1250, -2)', 1300],
    ['TRUNC(17 / 5)', 3],
    ['MOD(5, 0)', 5],
    ['MOD(-7, 3)', -1],
    ["CASE WHEN TO_CHAR(SYSDATE, 'MM') > 6 THEN 'fall' ELSE 'spring' END", 'spring'],
    ["CASE WHEN TO_CHAR(SYSDATE, 'MM') BETWEEN 1 AND 6 THEN 'spring' END", 'spring'],
    ["CASE WHEN SUBSTR('07x', 1, 2) IN (7, 8) THEN 'y' END", 'y'],
    ["CASE WHEN '10' = 10 THEN 'y' END", 'y'],
    ["DECODE(TO_CHAR(SYSDATE, 'MM'), 3, 'March', 'other')", 'March'],
    ["TO_CHAR(SYSDATE, 'YYYY') - 1", 2025],
    ["TO_CHAR(1234.5, '9,999.00')", ' 1,234.50'],
    ["TO_CHAR(12345, 'FM9,999,999')", '12,345'],
    ["TO_NUMBER('1,234', '9,999')", 1234],
  ];
  for (const [expression, right] of numbers) t.equal(value(expression), right, expression);
  t.throws(() => value('1 / 0'), /ORA-01476/);
  t.throws(() => value("'x' + 1"), /ORA-01722/);
  t.throws(() => value("TO_CHAR(5, 'L99')"), /number format L99 is not translated/);
});

t.test('empty text is NULL, whichever function returns it', async (t) => {
  const texts: [string, unknown][] = [
    ["REPLACE('a-b', '-', '')", 'ab'],
    ["REPLACE('a-b-c', '-')", 'abc'],
    ["NVL(REPLACE('a', 'a', ''), 'none')", 'none'],
    ["NVL(TRIM('  '), 'none')", 'none'],
    ["NVL(RTRIM('00', '0'), 'none')", 'none'],
    ["NVL(SUBSTR('abc', 5), 'none')", 'none'],
    ["SUBSTR('abc', 0, 2)", 'ab'],
    ["SUBSTR('abc', -2, 1)", 'b'],
    ["UPPER('é') || LOWER('Ñ')", 'Éñ'],
    ["SUBSTR('abc', -5)", null],
    ["SUBSTR('ab,c', INSTR('ab,c', ',') + 1)", 'c'],
    ["TRIM(LEADING '0' FROM '0012')", '12'],
    ["TRIM(BOTH '0' FROM '0120')", '12'],
    ["CAST('Ada' AS VARCHAR2(2))", 'Ad'],
    ['CAST(9.7 AS INTEGER)', 10],
    ['CAST(SYSDATE AS DATE)', '2026-03-04 05:06:07'],
  ];
  for (const [expression, right] of texts) t.equal(value(expression), right, expression);
});

t.test('NULL sorts last, and first in descending order', async (t) => {
  const key = 'CASE WHEN id = 2 THEN NULL ELSE id END';
  t.same(rows(`SELECT id FROM students ORDER BY ${key}`), [[1], [3], [2]]);
  t.same(rows(`SELECT id FROM students ORDER BY ${key} DESC, id`), [[2], [3], [1]]);
  t.same(rows(`SELECT id FROM students ORDER BY ${key} NULLS FIRST`), [[2], [1], [3]]);
  t.same(rows(`SELECT id, ROW_NUMBER() OVER (ORDER BY ${key}) FROM students ORDER BY 2`), [
    [1, 1],
    [3, 2],
    [2, 3],
  ]);
  t.same(
    rows(`SELECT sc.dcid FROM schools sc LEFT JOIN students s ON s.schoolid = sc.school_number AND s.id > 1
          ORDER BY s.id`),
    [[1], [2], [3]],
    'even a key, if its table may have no row',
  );
});

t.test('supports lists in brackets and date formats', async (t) => {
  t.equal(value("REGEXP_COUNT('a#b', 'a\\#b')"), 1);
  t.equal(value("REGEXP_COUNT('x]y', '[]x]')"), 2);
  t.equal(value("REGEXP_SUBSTR('ab12', '[\\d]+')"), null, 'a backslash in brackets is a backslash');
  t.equal(value("REGEXP_COUNT('a-b', '^[[:alpha:]-]+$')"), 1);
  t.throws(() => value("REGEXP_REPLACE('abc', '(?=b)', 'x')"), /ORA-12728/);
  t.equal(value("TO_CHAR(SYSDATE, 'D DDD WW J')"), '4 063 09 2461104');
  t.equal(value("TO_CHAR(SYSDATE, 'HH:MI a.m.')"), '05:06 a.m.');
  t.equal(value("TO_DATE('5/1/99', 'MM/DD/RR')"), '1999-05-01');
  t.equal(value("TO_DATE('March 4, 2026 1:05 PM', 'Month DD, YYYY HH:MI AM')"), '2026-03-04 13:05:00');
  t.throws(() => value("TO_DATE('30-02-2026', 'DD-MM-YYYY')"), /ORA-01861/);
  t.throws(() => value("TO_CHAR(SYSDATE, 'IYYY')"), /date format element IYYY is not translated/);
});

t.test('refuses by name what it does not translate', async (t) => {
  const refused: [string, RegExp][] = [
    ['SELECT LEVEL FROM DUAL CONNECT BY LEVEL <= 3', /CONNECT BY/],
    ['SELECT * FROM students PIVOT (COUNT(id) FOR grade_level IN (9, 10))', /PIVOT/],
    ['SELECT schoolid FROM students GROUP BY ROLLUP (schoolid)', /ROLLUP/],
    ['SELECT MAX(id) KEEP (DENSE_RANK FIRST ORDER BY id) FROM students', /KEEP/],
    ['SELECT XMLAGG(XMLELEMENT("x", id)) FROM students', /XMLAGG/],
    [
      "SELECT ps_customfields.getStudentscf(id, 'x') FROM students",
      /PS_CUSTOMFIELDS.GETSTUDENTSCF, a function of a package/,
    ],
    ["SELECT SYSDATE - INTERVAL '1' DAY FROM DUAL", /INTERVAL/],
    ['SELECT EXTRACT(HOUR FROM SYSDATE) FROM DUAL', /EXTRACT\(HOUR …\)/],
    ["SELECT s.id FROM students s WHERE s.first_name(+) = 'Ada'", /\(\+\) on every table/],
    ['SELECT id FROM students WHERE ROWNUM <= 2.5', /ROWNUM compared/],
    ['SELECT CAST(1 AS CHAR(3)) FROM DUAL', /CAST AS CHAR/],
  ];
  for (const [sql, name] of refused) t.throws(() => translateSql(sql, new Set()), name, sql);
  t.doesNotThrow(() => rows('SELECT s.id, s.level_ FROM (SELECT id, 1 AS level_ FROM students) s'));
});
