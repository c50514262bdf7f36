/** The terms of a CSV set, which names them on its sections. */
import type { TermRow } from '../database/rows.ts';
import { schoolYear, schoolYearOf, type TermSpan, termRow, yearIdOf } from '../generator/calendar.ts';
import type { SdsRecord } from './files.ts';

/** A term this long is a whole school year. */
const yearDays = 200;

interface SdsTerm {
  name: string;
  firstDay: string;
  lastDay: string;
}

/**
 * Collects the terms of each school. The school year follows from the first day, wherever it falls; a year term is
 * created for every year of which the set has only parts.
 */
export class SdsTerms {
  readonly #today: string;
  /** By school number and the term's own name. */
  readonly #spans = new Map<string, TermSpan>();
  readonly #rows: { schoolNumber: number; span: TermSpan }[] = [];

  constructor(today: string) {
    this.#today = today;
  }

  /** The term of a section of this school. */
  termOf(record: SdsRecord, schoolNumber: number): TermSpan {
    const term = this.#read(record);
    const key = [schoolNumber, term.name, term.firstDay, term.lastDay].join('|');
    const known = this.#spans.get(key);
    if (known !== undefined) return known;
    const span = this.#add(term, schoolNumber);
    this.#spans.set(key, span);
    return span;
  }

  /** Ensures the year that every school has, so that a school without sections has terms too. */
  ensureYear(schoolNumber: number): void {
    if (this.#rows.some((row) => row.schoolNumber === schoolNumber)) return;
    this.#add(this.#currentYear(), schoolNumber);
  }

  rows(): TermRow[] {
    return this.#rows.map(({ schoolNumber, span }, index) =>
      termRow(span, { dcid: index + 1, schoolNumber, transactionDate: null }),
    );
  }

  #read(record: SdsRecord): SdsTerm {
    const firstDay = record.date('Term StartDate');
    const lastDay = record.date('Term EndDate');
    if (firstDay === undefined || lastDay === undefined) return this.#currentYear();
    if (lastDay < firstDay) throw record.error('Term EndDate', `is before the start: ${lastDay}`);
    return { name: record.optional('Term Name') ?? record.optional('Term SIS ID') ?? firstDay, firstDay, lastDay };
  }

  #currentYear(): SdsTerm {
    const year = schoolYearOf(this.#today);
    return { name: `${year.startYear}-${year.startYear + 1}`, firstDay: year.firstDay, lastDay: year.lastDay };
  }

  #add(term: SdsTerm, schoolNumber: number): TermSpan {
    const startYear = startYearOf(term.firstDay);
    const yearTerm = yearIdOf(startYear) * 100;
    const siblings = this.#rows.filter(
      (row) => row.schoolNumber === schoolNumber && Math.floor(row.span.id / 100) * 100 === yearTerm,
    );
    const hasYear = siblings.some(({ span }) => span.id === yearTerm);
    const wholeYear = days(term.firstDay, term.lastDay) >= yearDays;
    if (!wholeYear && !hasYear) {
      const year = schoolYear(startYear);
      const [firstDay = ''] = [term.firstDay, year.firstDay].sort();
      const [, lastDay = ''] = [term.lastDay, year.lastDay].sort();
      this.#push(schoolNumber, { name: `${startYear}-${startYear + 1}`, firstDay, lastDay }, yearTerm, 1);
    }
    const taken = Math.max(yearTerm, ...siblings.map(({ span }) => span.id));
    if (wholeYear && !hasYear) return this.#push(schoolNumber, term, yearTerm, 1);
    return this.#push(schoolNumber, term, taken + 1, wholeYear ? 1 : 2);
  }

  #push(schoolNumber: number, term: SdsTerm, id: number, portion: number): TermSpan {
    const span: TermSpan = { ...term, id, portion, abbreviation: term.name.slice(0, 6) };
    this.#rows.push({ schoolNumber, span });
    return span;
  }
}

/** School years start in the second half of the year. */
function startYearOf(firstDay: string): number {
  const year = Number(firstDay.slice(0, 4));
  return Number(firstDay.slice(5, 7)) >= 7 ? year : year - 1;
}

function days(first: string, last: string): number {
  return (Date.parse(last) - Date.parse(first)) / 86_400_000;
}
