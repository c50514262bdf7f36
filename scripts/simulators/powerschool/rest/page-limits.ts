/** The largest page of each resource: an administrator sets them per plugin, metadata reports them. */
export const pagedResources = [
  'course',
  'school',
  'section',
  'section_enrollment',
  'staff',
  'student',
  'term',
  'schema_table_query',
] as const;
export type PagedResource = (typeof pagedResources)[number];

const usual = 100;

export class PageLimits {
  readonly #set = new Map<number, Partial<Record<PagedResource, number>>>();

  /** 100 until someone sets another value. */
  of(pluginId: number | undefined, resource: PagedResource): number {
    return (pluginId === undefined ? undefined : this.#set.get(pluginId)?.[resource]) ?? usual;
  }

  set(pluginId: number, limits: Partial<Record<PagedResource, number>>): void {
    this.#set.set(pluginId, { ...this.#set.get(pluginId), ...limits });
  }

  /** As metadata writes them. */
  metadata(pluginId: number | undefined): Record<string, number> {
    return Object.fromEntries(
      pagedResources.map((resource) => [`${resource}_max_page_size`, this.of(pluginId, resource)]),
    );
  }
}
