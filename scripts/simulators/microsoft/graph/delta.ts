/** `…/delta`: a full read in pages, then what changed. The token holds the state; nothing is kept per client. */
import type { Directory } from '../directory/directory.ts';
import type { Entity } from '../directory/entities.ts';
import type { Relation } from '../directory/links.ts';
import type { Table } from '../directory/table.ts';
import { badRequest, GraphError, unsupportedQuery } from '../errors.ts';
import { type Bag, isBag } from '../json.ts';
import { type Answer, type Call, ok } from './call.ts';
import { refuseOthers } from './listing.ts';
import { checkSelect, type Resource, view } from './properties.ts';

const maxPageSize = 999;
/** How many objects a page examines, as a multiple of those it may hold: a page that finds nothing is empty. */
const looksAt = 25;
const maxIds = 50;
/** Identity and education tokens are valid for 7 days. */
const tokenLife = 7 * 86_400_000;

export interface DeltaRules<T extends Entity> {
  include?: (entity: T) => boolean;
  /** educationClass deltas omit deletions, as documented. */
  reportsRemoved: boolean;
  /** Relations that `$select` may name, and what they hold; shown as `members@delta`. */
  links?: DeltaLinks<T>;
  /** Whether it accepts `$filter=id eq '…'`, as for directory objects. */
  filter?: true;
}

/** Members and owners in a delta, see delta-links.ts. */
export interface DeltaLinks<T extends Entity> {
  /** Called when a round begins that will show them. */
  follow(): void;
  /** One object's links, starting at an offset. @param room how many fit on the page */
  read(call: Call, entity: T, want: LinkRead, room: number): LinkPart;
}

export interface LinkRead {
  relations: readonly Relation[];
  /** Changes after this sequence number; 0 for all current links. */
  since: number;
  /** In a first, full round: changes after this are reported, too. */
  until: number;
  offset: number;
}

export interface LinkPart {
  /** `members@delta` and `owners@delta`; a name without links is omitted. */
  shown: Bag;
  taken: number;
  /** True when links of this object remain for the next page. */
  more: boolean;
  /** The smallest sequence number of a change that is not visible yet; -1 if there is none. */
  held: number;
}

interface Token {
  /** Everything up to this sequence number has been delivered. */
  after: number;
  /** Up to here this is the first, full read: removed objects need no mention. */
  until: number;
  /** The smallest sequence number that was skipped because its object was not visible yet; -1 if there is none. */
  held: number;
  /** Where the round began: `after` of the delta link; 0 for a first round. */
  since: number;
  /** An object whose links did not fit: how many of them have been shown, and the object's sequence number then. */
  part: { changed: number; offset: number } | undefined;
  /** Of `$filter`. */
  ids: readonly string[] | undefined;
  select: readonly string[] | undefined;
  size: number;
  /** When the round began, milliseconds. */
  issued: number;
  /** The control API has expired tokens of earlier epochs. */
  epoch: number;
}

/** Makes every delta token issued so far answer 410. */
export class DeltaEpoch {
  current = 0;
}

export function readDelta<T extends Entity>(
  call: Call,
  directory: Directory,
  epoch: DeltaEpoch,
  table: Table<T>,
  resource: Resource,
  rules: DeltaRules<T>,
): Answer {
  refuseOthers(call, ['$select', '$deltatoken', '$skiptoken', ...(rules.filter ? ['$filter'] : [])]);
  const now = directory.clock.now();
  const token = readToken(
    call,
    { seq: table.seq, now, epoch: epoch.current, page: directory.deltaPage },
    resource,
    rules,
  );
  const relations = relationsIn(token.select);
  if (relations.length > 0) rules.links?.follow();
  const ids = token.ids === undefined ? undefined : new Set(token.ids);
  const value: Bag[] = [];
  let room = token.size * linksPerObject;
  let looked = 0;
  let more = false;
  for (const entity of table.changesAfter(token.after)) {
    if (value.length === token.size || room <= 0 || looked === token.size * looksAt) {
      more = true;
      break;
    }
    looked += 1;
    const before = token.after;
    token.after = entity.changed;
    if (rules.include !== undefined && !rules.include(entity)) continue;
    if (ids !== undefined && !ids.has(entity.id)) continue;
    if (!directory.isVisible(entity)) {
      hold(token, entity.changed);
    } else if (entity.removed !== undefined) {
      if (entity.changed > token.until && rules.reportsRemoved)
        value.push({ id: entity.id, '@removed': { reason: entity.removed } });
    } else if (relations.length === 0 || rules.links === undefined) {
      if (isNews(entity, token)) value.push(view(entity, resource, token.select));
    } else {
      const offset = token.part?.changed === entity.changed ? token.part.offset : 0;
      token.part = undefined;
      const want = { relations, since: token.since, until: token.until, offset };
      const part = rules.links.read(call, entity, want, room);
      if (part.held >= 0) hold(token, part.held);
      room -= part.taken;
      // A change of a link that nobody may see yet is not reported.
      if (part.taken > 0 || isNews(entity, token))
        value.push({ ...view(entity, resource, token.select), ...part.shown });
      if (part.more) {
        token.after = before;
        token.part = { changed: entity.changed, offset: offset + part.taken };
        more = true;
        break;
      }
    }
  }
  const body: Bag = { '@odata.context': `${call.base}/$metadata#${resource.set}` };
  if (more) {
    body['@odata.nextLink'] = link(call, '$skiptoken', token);
  } else {
    // What was skipped comes again next time, and possibly a few others: replays are part of the contract.
    const after = token.held < 0 ? token.after : token.held - 1;
    const next: Token = { ...token, after, since: after, until: 0, held: -1, part: undefined, issued: now };
    body['@odata.deltaLink'] = link(call, '$deltatoken', next);
  }
  body.value = value;
  return ok(body);
}

/** How many links a page may hold, as a multiple of the objects. */
const linksPerObject = 10;

/**
 * A change of a property that is not selected is not reported.
 * https://learn.microsoft.com/graph/delta-query-overview#optional-query-parameters
 */
function isNews({ edited, came, edits }: Entity, { since, select }: Token): boolean {
  if (edited <= since) return false;
  return came > since || select === undefined || select.some((name) => (edits?.get(name) ?? 0) > since);
}

function hold(token: Token, seq: number): void {
  token.held = token.held < 0 ? seq : Math.min(token.held, seq);
}

function relationsIn(select: readonly string[] | undefined): Relation[] {
  return (['members', 'owners'] as const).filter((name) => select?.includes(name));
}

function readToken<T extends Entity>(
  call: Call,
  { seq, now, epoch, page }: { seq: number; now: number; epoch: number; page: number },
  resource: Resource,
  rules: DeltaRules<T>,
): Token {
  const text = call.query.get('$deltatoken') ?? call.query.get('$skiptoken');
  if (text === undefined || text === 'latest') {
    const select = call.query.select();
    const related = rules.links === undefined ? [] : relationsIn(select);
    checkSelect(
      select?.filter((name) => !related.some((relation) => relation === name)),
      resource,
    );
    const wanted = /odata\.maxpagesize=(\d{1,5})/.exec(call.header('prefer') ?? '')?.[1];
    const size = Math.min(Math.max(Number(wanted ?? page), 1), maxPageSize);
    const ids = idsIn(call.query.get('$filter'));
    const after = text === 'latest' ? seq : 0;
    return { after, since: after, until: seq, held: -1, part: undefined, ids, select, size, issued: now, epoch };
  }
  const token = decode(text);
  if (token === undefined) throw badRequest('Badly formed token.');
  if (token.epoch !== epoch || now - token.issued > tokenLife) {
    throw new GraphError(
      410,
      'syncStateNotFound',
      'The delta token is no longer valid, and the client must reset the sync state.',
      {
        headers: {
          Location: `${call.base}${call.path}${token.select === undefined ? '' : `?$select=${token.select.join(',')}`}`,
        },
      },
    );
  }
  return token;
}

/** The only filter that a delta accepts. @throws 400 */
function idsIn(filter: string | undefined): string[] | undefined {
  if (filter === undefined) return undefined;
  const clauses = filter.split(/ or /i).map((clause) => /^\s*id eq '([^']*)'\s*$/i.exec(clause)?.[1]?.toLowerCase());
  const ids = clauses.filter((id) => id !== undefined);
  if (ids.length < clauses.length) throw unsupportedQuery('Only ids can be filtered for in a delta.');
  if (ids.length > maxIds) throw unsupportedQuery(`A delta takes at most ${maxIds} ids.`);
  return ids;
}

function link(call: Call, option: string, token: Token): string {
  return `${call.base}${call.path}?${option}=${Buffer.from(JSON.stringify(token)).toString('base64url')}`;
}

function decode(text: string): Token | undefined {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return isBag(token) && typeof token.after === 'number' ? (token as unknown as Token) : undefined;
  } catch {
    return undefined;
  }
}
