/** What goes into the plugin: its variant, what it asks for, and its queries. */
import { defaultSources, extensionTablesOf, type Sources } from './extracts/sources.ts';
import { columnsInSql } from './extracts/sql-columns.ts';
import { type PowerQuery, powerQueries } from './queries.ts';

/**
 * `powerquery` brings its own queries and asks for single columns. Where only `/ws/v1` may be used, `rest` asks for
 * that (PowerSchool 25.2 and later); `rest-legacy` is for older servers, whose schema does not know the attribute.
 */
export const variants = ['powerquery', 'rest', 'rest-legacy'] as const;
export type Variant = (typeof variants)[number];

export interface PluginChoices {
  variant: Variant;
  /** Digits and dots; PowerSchool refuses an update whose version does not increase. */
  version: string;
  /** Where the variant `powerquery` reads values that districts keep in different places. */
  sources: Sources;
}

export interface PluginManifest {
  name: string;
  version: string;
  description: string;
  publisher: { name: string; email: string };
  /** What `<oauth>` asks for: since 25.2 a plugin without it is denied all of `/ws/v1`. */
  v1Access: 'READ' | undefined;
  /** TABLE.FIELD, each once, sorted: exactly what the queries touch. `/ws/v1` ignores it. */
  accessRequest: string[];
  /** Extension tables that the district has named; no others may appear. */
  extensionTables: string[];
  queries: PowerQuery[];
}

/**
 * The name is the same for all variants: a district that changes variants updates its plugin and keeps its credentials.
 */
export function manifestOf({ variant, version, sources }: PluginChoices): PluginManifest {
  const queries = variant === 'powerquery' ? powerQueries(sources) : [];
  return {
    name: 'Hallpass',
    version,
    description: 'Lets the Hallpass agent in your own network read rosters for Microsoft 365 Education. Read only.',
    publisher: { name: 'Hallpass', email: 'plugin@hallpass.example' },
    v1Access: variant === 'rest' ? 'READ' : undefined,
    accessRequest: accessRequestOf(queries),
    extensionTables: variant === 'powerquery' ? extensionTablesOf(sources) : [],
    queries,
  };
}

/** The manifest of the plugin that suits most districts. */
export function powerqueryManifest(version: string): PluginManifest {
  return manifestOf({ variant: 'powerquery', version, sources: defaultSources });
}

/** Every TABLE.FIELD that the SQL of these queries touches, and every one that they declare. */
export function accessRequestOf(queries: readonly PowerQuery[]): string[] {
  const fields = new Map<string, string>();
  for (const query of queries) {
    for (const field of [...columnsInSql(query.sql), ...query.columns.map((column) => column.field)]) {
      // PowerSchool's names ignore case; the extracts' own spelling takes precedence.
      const key = field.toUpperCase();
      if (!fields.has(key)) fields.set(key, field);
    }
  }
  return [...fields.values()].sort();
}
