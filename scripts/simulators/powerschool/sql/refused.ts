/**
 * Constructs of Oracle's SQL that are not translated: refused by name, so that nobody takes a wrong answer for a right
 * one.
 */
import { before, isOuterMark, isParenthesis, isWord, type Node, skipSpace, textOf } from './tokens.ts';

/** Why a query that PowerSchool may be able to run does not run here. */
export class NotTranslated extends Error {
  constructor(construct: string) {
    super(`${construct} is not translated`);
  }
}

/** Two adjacent words. */
const pairs: [string, string][] = [
  ['CONNECT', 'BY'],
  ['START', 'WITH'],
  ['GROUPING', 'SETS'],
  ['WITH', 'TIES'],
  ['CROSS', 'APPLY'],
  ['OUTER', 'APPLY'],
  ['NATURAL', 'JOIN'],
  ['OVERFLOW', 'TRUNCATE'],
];

/** Words with this meaning only before a parenthesis. */
const calls = new Set(
  `PIVOT UNPIVOT ROLLUP CUBE KEEP MATCH_RECOGNIZE LATERAL XMLAGG XMLELEMENT XMLFOREST XMLTABLE JSON_TABLE JSON_OBJECTAGG
  JSON_ARRAYAGG WM_CONCAT MEDIAN RATIO_TO_REPORT SYS_CONNECT_BY_PATH TO_CLOB DBMS_LOB SYS_CONTEXT USERENV NUMTODSINTERVAL
  NUMTOYMINTERVAL TO_DSINTERVAL FROM_TZ TO_TIMESTAMP_TZ NEW_TIME`.split(/\s+/),
);

/** @throws NotTranslated */
export function refuseUnknown(nodes: readonly Node[]): void {
  for (const [index, node] of nodes.entries()) {
    if (node.type === 'group') refuseUnknown(node.nodes);
    if (node.type !== 'word') continue;
    const upper = node.text.toUpperCase();
    const next = nodes[skipSpace(nodes, index + 1)];
    for (const [first, second] of pairs) {
      if (upper === first && isWord(next, second)) throw new NotTranslated(`${first} ${second}`);
    }
    const previous = nodes[before(nodes, index)];
    if (textOf(previous) !== '.' && calls.has(upper) && isParenthesis(next)) throw new NotTranslated(upper);
    if (upper === 'INTERVAL' && next?.type === 'text') throw new NotTranslated('INTERVAL');
    // PACKAGE.FUNCTION(…), as in the functions of PowerSchool's own packages.
    if (textOf(previous) === '.' && isParenthesis(next) && !isOuterMark(next)) {
      const owner = textOf(nodes[before(nodes, before(nodes, index))]) ?? '';
      throw new NotTranslated(`${`${owner}.${node.text}`.toUpperCase()}, a function of a package,`);
    }
  }
}
