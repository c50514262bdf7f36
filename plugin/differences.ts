/** How a plugin differs from an earlier one: what an administrator must approve again when enabling it. */
import { type PluginContents, readContents } from './contents.ts';
import type { PluginManifest } from './manifest.ts';
import { compareVersions } from './version.ts';
import { namedQueriesXml, pluginXml } from './write-xml.ts';

export interface Differences {
  previous: { name: string; version: string };
  /** If false, PowerSchool would refuse the new plugin. */
  versionIsHigher: boolean;
  /** TABLE.FIELD, sorted. */
  added: string[];
  removed: string[];
  accessChanged: { field: string; from: string; to: string }[];
  queries: { added: string[]; removed: string[]; changed: string[] };
  /** The change in access to `/ws/v1`, if any. */
  v1Access: { from: string; to: string } | undefined;
}

/** Both sides go through the same reader, so the differences are those that PowerSchool would see. */
export function differencesFrom(previous: PluginContents, manifest: PluginManifest): Differences {
  const next = readContents(pluginXml(manifest), new Map([['queries', namedQueriesXml(manifest.queries)]]));
  const before = previous.accessRequest;
  const after = next.accessRequest;
  return {
    previous: { name: previous.name, version: previous.version },
    versionIsHigher: compareVersions(next.version, previous.version) > 0,
    added: [...after].filter(([key]) => !before.has(key)).map(([, { field }]) => field),
    removed: [...before]
      .filter(([key]) => !after.has(key))
      .map(([, { field }]) => field)
      .sort(),
    accessChanged: [...after].flatMap(([key, { field, access: to }]) => {
      const from = before.get(key)?.access ?? to;
      return from === to ? [] : [{ field, from, to }];
    }),
    queries: {
      added: missing(next.queries, previous.queries),
      removed: missing(previous.queries, next.queries),
      changed: [...next.queries]
        .filter(([name, essence]) => previous.queries.has(name) && previous.queries.get(name) !== essence)
        .map(([name]) => name),
    },
    v1Access: previous.v1Access === next.v1Access ? undefined : { from: previous.v1Access, to: next.v1Access },
  };
}

/** True when an administrator who approved the earlier plugin has nothing new to approve. */
export function asksForNothingNew(differences: Differences): boolean {
  return differences.added.length === 0 && differences.accessChanged.length === 0 && differences.v1Access === undefined;
}

function missing(from: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] {
  return [...from.keys()].filter((name) => !other.has(name)).sort();
}
