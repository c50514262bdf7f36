/** `$filter`: from text to a tree. Knows only the grammar, not the properties. */
import { GraphError } from '../errors.ts';

export type Literal = string | number | boolean | null;
export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';

export type Filter =
  | { kind: 'and' | 'or'; terms: Filter[] }
  | { kind: 'not'; term: Filter }
  | { kind: 'compare'; path: string; operator: Comparison; value: Literal }
  | { kind: 'in'; path: string; values: Literal[] }
  | { kind: 'call'; name: 'startswith' | 'endswith' | 'contains'; path: string; value: string }
  | { kind: 'any'; path: string; variable: string; term: Filter };

interface Token {
  kind: 'word' | 'literal' | 'mark' | 'end';
  text: string;
  value: Literal;
  at: number;
}

const tokens = /\s*(?:'((?:[^']|'')*)'|([(),:])|([^\s(),:']+))/y;
const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const comparisons: readonly string[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];
const functions: readonly string[] = ['startswith', 'endswith', 'contains'];

/** @throws 400 with the position, in the words of OData libraries. */
export function parseFilter(text: string): Filter {
  const reader = new Reader(text);
  const filter = reader.or();
  reader.expect('end', '');
  return filter;
}

class Reader {
  readonly #text: string;
  #next: Token;

  constructor(text: string) {
    this.#text = text;
    tokens.lastIndex = 0;
    this.#next = this.#read(0);
  }

  or(): Filter {
    return this.#chain('or', () => this.#and());
  }

  expect(kind: Token['kind'], text: string): Token {
    const token = this.#next;
    if (token.kind !== kind || (text !== '' && token.text.toLowerCase() !== text)) throw this.#wrong(token);
    return this.#take();
  }

  #and(): Filter {
    return this.#chain('and', () => this.#unary());
  }

  #chain(kind: 'and' | 'or', operand: () => Filter): Filter {
    const terms = [operand()];
    while (this.#isWord(kind)) {
      this.#take();
      terms.push(operand());
    }
    const [only] = terms;
    return terms.length === 1 && only !== undefined ? only : { kind, terms };
  }

  #unary(): Filter {
    if (this.#isWord('not')) {
      this.#take();
      return { kind: 'not', term: this.#unary() };
    }
    if (this.#isMark('(')) {
      this.#take();
      const inner = this.or();
      this.expect('mark', ')');
      return inner;
    }
    return this.#predicate();
  }

  #predicate(): Filter {
    const path = this.expect('word', '');
    const name = path.text.toLowerCase();
    if (functions.includes(name) && this.#isMark('(')) return this.#call(name as 'startswith');
    if (path.text.endsWith('/any') && this.#isMark('(')) return this.#any(path.text.slice(0, -4));
    const operator = this.expect('word', '');
    const word = operator.text.toLowerCase();
    if (word === 'in') return { kind: 'in', path: path.text, values: this.#list() };
    if (!comparisons.includes(word)) throw this.#wrong(operator);
    return { kind: 'compare', path: path.text, operator: word as Comparison, value: this.#literal() };
  }

  #call(name: 'startswith' | 'endswith' | 'contains'): Filter {
    this.expect('mark', '(');
    const path = this.expect('word', '').text;
    this.expect('mark', ',');
    const value = this.expect('literal', '').value;
    this.expect('mark', ')');
    if (this.#isWord('eq')) {
      this.#take();
      this.expect('word', 'true');
    }
    return { kind: 'call', name, path, value: String(value) };
  }

  #any(path: string): Filter {
    this.expect('mark', '(');
    const variable = this.expect('word', '').text;
    this.expect('mark', ':');
    const term = this.or();
    this.expect('mark', ')');
    return { kind: 'any', path, variable, term };
  }

  #list(): Literal[] {
    this.expect('mark', '(');
    const values = [this.#literal()];
    while (this.#isMark(',')) {
      this.#take();
      values.push(this.#literal());
    }
    this.expect('mark', ')');
    return values;
  }

  #literal(): Literal {
    const token = this.#take();
    if (token.kind === 'literal') return token.value;
    if (token.kind !== 'word') throw this.#wrong(token);
    const word = token.text.toLowerCase();
    if (word === 'null') return null;
    if (word === 'true' || word === 'false') return word === 'true';
    if (/^-?\d+$/.test(word)) return Number(word);
    if (guid.test(word) || /^\d{4}-\d\d-\d\d/.test(word)) return token.text;
    throw this.#wrong(token);
  }

  #isWord(word: string): boolean {
    return this.#next.kind === 'word' && this.#next.text.toLowerCase() === word;
  }

  #isMark(mark: string): boolean {
    return this.#next.kind === 'mark' && this.#next.text === mark;
  }

  #take(): Token {
    const token = this.#next;
    this.#next = this.#read(tokens.lastIndex);
    return token;
  }

  #read(at: number): Token {
    tokens.lastIndex = at;
    const match = tokens.exec(this.#text);
    if (match === null) {
      if (this.#text.slice(at).trim() === '') {
        tokens.lastIndex = this.#text.length;
        return { kind: 'end', text: '', value: null, at };
      }
      throw this.#wrong({ kind: 'end', text: '', value: null, at });
    }
    const [, quoted, mark, word] = match;
    if (quoted !== undefined) return { kind: 'literal', text: '', value: quoted.replaceAll("''", "'"), at };
    if (mark !== undefined) return { kind: 'mark', text: mark, value: null, at };
    return { kind: 'word', text: word ?? '', value: null, at };
  }

  #wrong(token: Token): GraphError {
    return new GraphError(
      400,
      'BadRequest',
      `Invalid filter clause: Syntax error at position ${token.at} in '${this.#text}'.`,
    );
  }
}
