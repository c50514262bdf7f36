/** Method and path to handler, through a tree of path segments: one walk per request, no patterns. */
import { GraphError } from '../errors.ts';
import type { Area } from '../throttle.ts';
import type { Handler } from './call.ts';

export interface Route {
  method: string;
  /** The template `/groups/:id/members`, which is also the name in the statistics. */
  path: string;
  /**
   * Which throttling limits apply: identity's resource units, the education service's request count, or a limit of
   * Teams.
   */
  area: Area;
  /** Resource units of a read before `$select` and `$top`; writes always cost 1. */
  cost: number;
  /** Resource units with `$select`, if that is not simply one less. */
  selectedCost?: number;
  /** A POST that changes nothing. */
  readsOnly?: true;
  /** Application permissions, any of which is enough. */
  roles: readonly string[];
  handle: Handler;
}

export interface Match {
  route: Route;
  params: readonly string[];
}

interface Node {
  fixed: Map<string, Node>;
  any: Node | undefined;
  routes: Map<string, Route>;
}

export class Router {
  readonly #root = blank();

  add(route: Route): void {
    let node = this.#root;
    for (const segment of route.path.split('/').slice(1)) {
      if (segment.startsWith(':')) {
        node.any ??= blank();
        node = node.any;
      } else {
        const next = node.fixed.get(segment) ?? blank();
        node.fixed.set(segment, next);
        node = next;
      }
    }
    node.routes.set(route.method, route);
  }

  /** @param path below the version, without the query. */
  match(method: string, path: string): Match | undefined {
    let node = this.#root;
    const params: string[] = [];
    for (const segment of segmentsOf(path)) {
      const fixed = node.fixed.get(segment);
      if (fixed !== undefined) {
        node = fixed;
      } else if (node.any !== undefined) {
        params.push(segment);
        node = node.any;
      } else {
        return undefined;
      }
    }
    const route = node.routes.get(method);
    return route === undefined ? undefined : { route, params };
  }
}

function blank(): Node {
  return { fixed: new Map(), any: undefined, routes: new Map() };
}

/**
 * `/users('a')/x` and `/users/a/x` are the same; so are `microsoft.graph.delta()` and `delta`. `groups(uniqueName='x')`
 * becomes `groups`, `uniqueName=`, `x`.
 */
function segmentsOf(path: string): string[] {
  const segments: string[] = [];
  for (const raw of path.split('/')) {
    if (raw === '') continue;
    const segment = raw.includes('%') ? decode(raw) : raw;
    const open = segment.indexOf('(');
    if (open < 0) {
      segments.push(segment.startsWith('microsoft.graph.') ? segment.slice(16) : segment);
      continue;
    }
    const name = segment.slice(0, open);
    segments.push(name.startsWith('microsoft.graph.') ? name.slice(16) : name);
    const key = /^\((?:([A-Za-z]+)=)?'((?:[^']|'')*)'\)$/.exec(segment.slice(open));
    if (key === null) {
      if (segment.slice(open) === '()') continue;
      throw new GraphError(400, 'BadRequest', `Resource not found for the segment '${segment}'.`);
    }
    if (key[1] !== undefined) segments.push(`${key[1]}=`);
    segments.push((key[2] ?? '').replaceAll("''", "'"));
  }
  return segments;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new GraphError(400, 'BadRequest', `The path segment '${segment}' is not valid percent-encoding.`);
  }
}
