/** `…/delta`: a full read in pages, then what changed. State lives in the token; nothing is kept per client. */
import type { Directory } from '../directory/directory.ts';
import type { Entity } from '../directory/entities.ts';
import type { Table } from '../directory/table.ts';
import { badRequest, GraphError } from '../errors.ts';
import { type Bag, isBag } from '../json.ts';
import { type Answer, type Call, ok } from './call.ts';
import { refuseOthers } from './listing.ts';
import { checkSelect, type Resource, view } from './properties.ts';

const pageSize = 200;
const maxPageSize = 999;
/** Identity and education tokens are valid for 7 days. */
const tokenLife = 7 * 86_400_000;

export interface DeltaRules<T extends Entity> {
  include?: (entity: T) => boolean;
  /** educationClass deltas leave deletions out, as documented. */
  reportsRemoved: boolean;
}

interface Token {
  /** Everything up to this sequence number has been delivered. */
  after: number;
  /** Up to here the read is the first, full one: what is gone needs no mention. */
  until: number;
  /** Smallest sequence number passed over because its object was not visible yet; -1 when there is none. */
  held: number;
  select: readonly string[] | undefined;
  size: number;
  /** When the round began, milliseconds. */
  issued: number;
  /** Tokens of an earlier epoch have been expired through the control API. */
  epoch: number;
}

/** Makes every delta token given out so far answer 410. */
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
  refuseOthers(call, ['$select', '$deltatoken', '$skiptoken']);
  const now = directory.clock.now();
  const token = readToken(call, table.seq, now, epoch.current, resource);
  const value: Bag[] = [];
  let more = false;
  for (const entity of table.changesAfter(token.after)) {
    if (value.length === token.size) {
      more = true;
      break;
    }
    token.after = entity.changed;
    if (rules.include !== undefined && !rules.include(entity)) continue;
    if (!directory.isVisible(entity)) {
      if (token.held < 0) token.held = entity.changed;
    } else if (entity.removed === undefined) {
      value.push(view(entity, resource, token.select));
    } else if (entity.changed > token.until && rules.reportsRemoved) {
      value.push({ id: entity.id, '@removed': { reason: entity.removed } });
    }
  }
  const body: Bag = { '@odata.context': `${call.base}/$metadata#${resource.set}` };
  if (more) {
    body['@odata.nextLink'] = link(call, '$skiptoken', token);
  } else {
    // What was passed over comes again next time; so may a few others: replays are part of the contract.
    const after = token.held < 0 ? token.after : token.held - 1;
    body['@odata.deltaLink'] = link(call, '$deltatoken', { ...token, after, until: 0, held: -1, issued: now });
  }
  body.value = value;
  return ok(body);
}

function readToken(call: Call, seq: number, now: number, epoch: number, resource: Resource): Token {
  const text = call.query.get('$deltatoken') ?? call.query.get('$skiptoken');
  if (text === undefined || text === 'latest') {
    const select = call.query.select();
    checkSelect(select, resource);
    const wanted = /odata\.maxpagesize=(\d{1,5})/.exec(call.header('prefer') ?? '')?.[1];
    const size = Math.min(Math.max(Number(wanted ?? pageSize), 1), maxPageSize);
    return { after: text === 'latest' ? seq : 0, until: seq, held: -1, select, size, issued: now, epoch };
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
