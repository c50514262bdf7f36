/**
 * The installed plugins: installed, then enabled, as an administrator does it. Kept in the database, so that a
 * restarted server knows its plugins and their credentials.
 */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { columnKind, isTable } from '../database/schema.ts';
import { ArchiveError, openPlugin } from './archive.ts';
import { type CompiledQuery, compileQuery, enableErrors } from './compile.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { type NamedQuery, readNamedQueries } from './named-queries.ts';
import { compareVersions } from './version.ts';

export interface Plugin {
  id: number;
  manifest: Manifest;
  queries: NamedQuery[];
  /** The queries of an enabled plugin, by name; a disabled plugin has none. */
  running: Map<string, CompiledQuery> | undefined;
  /** Issued when first enabled, kept across upgrades. */
  credentials: { clientId: string; clientSecret: string } | undefined;
}

/** A request by an administrator that PowerSchool refuses. */
export class PluginRefusal extends Error {
  readonly status: number;
  readonly errors: string[];

  constructor(status: 400 | 404 | 409, message: string, errors: string[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export class PluginRegistry {
  readonly #db: DatabaseSync;
  readonly #serverVersion: string;
  readonly #plugins = new Map<number, Plugin>();

  private constructor(db: DatabaseSync, serverVersion: string) {
    this.#db = db;
    this.#serverVersion = serverVersion;
    db.exec(
      'CREATE TABLE IF NOT EXISTS sim_plugins (id INTEGER PRIMARY KEY, archive BLOB, enabled INTEGER, client_id TEXT, client_secret TEXT)',
    );
  }

  /** Loads what an earlier run of the server left in the database. */
  static async open(db: DatabaseSync, serverVersion: string): Promise<PluginRegistry> {
    const registry = new PluginRegistry(db, serverVersion);
    for (const row of db.prepare('SELECT * FROM sim_plugins').all()) {
      if (!(row.archive instanceof Uint8Array)) continue;
      const plugin = await registry.#read(Number(row.id), Buffer.from(row.archive));
      if (typeof row.client_id === 'string' && typeof row.client_secret === 'string') {
        plugin.credentials = { clientId: row.client_id, clientSecret: row.client_secret };
      }
      registry.#plugins.set(plugin.id, plugin);
      if (row.enabled === 1) registry.enable(plugin.id);
    }
    return registry;
  }

  list(): Plugin[] {
    return [...this.#plugins.values()];
  }

  /** @throws PluginRefusal 404 */
  get(id: number): Plugin {
    const plugin = this.#plugins.get(id);
    if (plugin === undefined) throw new PluginRefusal(404, `There is no plugin ${id}.`, []);
    return plugin;
  }

  /** What an upload contains, without installing it. @throws PluginRefusal */
  async inspect(bytes: Buffer): Promise<Manifest> {
    return (await this.#read(0, bytes)).manifest;
  }

  /**
   * Installs a plugin, or a higher version of a disabled one. The new version is not enabled.
   *
   * @throws PluginRefusal with all the reasons; then nothing changes.
   */
  async install(bytes: Buffer): Promise<Plugin> {
    const read = await this.#read(0, bytes);
    const installed = this.list().find(({ manifest }) => manifest.name === read.manifest.name);
    const others = this.list().filter((plugin) => plugin !== installed);
    const conflicts = nameConflicts(read, others);
    if (conflicts.length > 0) throw new PluginRefusal(409, 'The plugin cannot be installed.', conflicts);
    if (installed !== undefined) refuseUpgrade(installed, read.manifest);
    const id = installed?.id ?? Math.max(1_000, ...this.#plugins.keys()) + 1;
    const plugin = { ...read, id, credentials: installed?.credentials };
    this.#plugins.set(id, plugin);
    this.#db
      .prepare(
        'INSERT INTO sim_plugins (id, archive, enabled) VALUES (?, ?, 0) ON CONFLICT (id) DO UPDATE SET archive = excluded.archive',
      )
      .run(id, bytes);
    return plugin;
  }

  /**
   * Enables a plugin: grants its access request and activates its credentials.
   *
   * @throws PluginRefusal when it names a table or column that does not exist; the plugin stays disabled.
   */
  enable(id: number): Plugin {
    const plugin = this.get(id);
    if (plugin.running !== undefined) return plugin;
    const errors = [
      ...requestErrors(plugin.manifest),
      ...plugin.queries.flatMap((query) => enableErrors(this.#db, query)),
    ];
    if (errors.length > 0)
      throw new PluginRefusal(409, `The plugin ${plugin.manifest.name} cannot be enabled.`, errors);
    plugin.running = new Map(plugin.queries.map((query) => [query.name, compileQuery(this.#db, query)]));
    if (plugin.manifest.oauth) {
      plugin.credentials ??= { clientId: randomUUID(), clientSecret: randomUUID() };
    }
    this.#save(plugin);
    return plugin;
  }

  disable(id: number): Plugin {
    const plugin = this.get(id);
    plugin.running = undefined;
    this.#save(plugin);
    return plugin;
  }

  /** "Regenerate Client ID and Secret", 21.11.2 and later. */
  regenerate(id: number): Plugin {
    const plugin = this.get(id);
    if (plugin.credentials !== undefined) plugin.credentials = { clientId: randomUUID(), clientSecret: randomUUID() };
    this.#save(plugin);
    return plugin;
  }

  /** Deletes a plugin with its credentials: the next installation gets new ones. */
  remove(id: number): void {
    this.get(id);
    this.#plugins.delete(id);
    this.#db.prepare('DELETE FROM sim_plugins WHERE id = ?').run(id);
  }

  /** The enabled plugin that a client id belongs to. */
  enabledClient(clientId: string): Plugin | undefined {
    return this.list().find((plugin) => plugin.running !== undefined && plugin.credentials?.clientId === clientId);
  }

  /** A query of any enabled plugin: names share one flat namespace. */
  query(name: string): CompiledQuery | undefined {
    for (const plugin of this.#plugins.values()) {
      const query = plugin.running?.get(name);
      if (query !== undefined) return query;
    }
    return undefined;
  }

  async #read(id: number, bytes: Buffer): Promise<Plugin> {
    const files = await openPlugin(bytes).catch((error: unknown) => {
      if (error instanceof ArchiveError)
        throw new PluginRefusal(400, 'The plugin cannot be installed.', [error.message]);
      throw error;
    });
    const read = readManifest(files.pluginXml, this.#serverVersion);
    const results = [...files.queryFiles].map(([file, source]) => readNamedQueries(file, source));
    const errors = [...('errors' in read ? read.errors : []), ...results.flatMap((result) => result.errors)];
    const queries = results.flatMap((result) => result.queries);
    const repeated = queries.find((query, index) => queries.findIndex(({ name }) => name === query.name) < index);
    if (repeated !== undefined) errors.push(`PowerQuery ${repeated.name} appears twice`);
    if ('errors' in read || errors.length > 0) throw new PluginRefusal(400, 'The plugin cannot be installed.', errors);
    return { id, manifest: read.manifest, queries, running: undefined, credentials: undefined };
  }

  #save(plugin: Plugin): void {
    this.#db
      .prepare('UPDATE sim_plugins SET enabled = ?, client_id = ?, client_secret = ? WHERE id = ?')
      .run(
        plugin.running === undefined ? 0 : 1,
        plugin.credentials?.clientId ?? null,
        plugin.credentials?.clientSecret ?? null,
        plugin.id,
      );
  }
}

function refuseUpgrade(installed: Plugin, next: Manifest): void {
  const { name, version } = installed.manifest;
  if (compareVersions(next.version, version) <= 0) {
    throw new PluginRefusal(409, 'The plugin cannot be installed.', [
      `The version ${next.version} of ${name} is not higher than the installed version ${version}.`,
    ]);
  }
  if (installed.running !== undefined) {
    throw new PluginRefusal(409, 'The plugin cannot be installed.', [
      `The plugin ${name} ${version} is enabled. Disable it before a new version is installed.`,
    ]);
  }
}

function nameConflicts(plugin: Plugin, others: readonly Plugin[]): string[] {
  const errors: string[] = [];
  const fileOf = (query: NamedQuery) => query.file.split('/').at(-1)?.toLowerCase();
  for (const other of others) {
    for (const query of plugin.queries) {
      if (other.queries.some(({ name }) => name === query.name)) {
        errors.push(`PowerQuery ${query.name} is already installed by ${other.manifest.name}`);
      }
    }
    const file = plugin.queries.find((query) => other.queries.some((theirs) => fileOf(theirs) === fileOf(query)));
    if (file !== undefined) errors.push(`The file ${file.file} is already installed by ${other.manifest.name}`);
  }
  return errors;
}

function requestErrors(manifest: Manifest): string[] {
  return [...manifest.accessRequest.keys()].flatMap((name) => {
    const [table = '', field = ''] = name.split('.');
    if (columnKind(table, field) !== undefined) return [];
    return [`${table.toUpperCase()}  ${field.toUpperCase()}   ${isTable(table) ? 'Invalid Column' : 'Invalid Table'}`];
  });
}
