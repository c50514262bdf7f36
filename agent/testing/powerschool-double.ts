/**
 * A PowerSchool with rows in memory, for tests that need faults at an exact request. The simulator covers what
 * PowerSchool really does.
 */

import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { probeCodes, probeDistrict, probeName, queryName } from '../../plugin/queries.ts';
import { bucketKey, districtBucket, type Kind, kinds, parseBucketKey } from '../../shared/roster.ts';

export type Row = Record<string, string>;

export interface Asked {
  path: string;
  /** The kind that is queried, `probe`, or undefined for anything else. */
  query: Kind | 'probe' | undefined;
  counting: boolean;
  binds: Record<string, string>;
  headers: IncomingMessage['headers'];
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body: string | object;
}

export class PowerSchoolDouble {
  /** Rows per bucket key, with lower-case keys as PowerSchool returns them. Sorted by id when read. */
  readonly buckets = new Map<string, Row[]>();
  readonly asked: Asked[] = [];
  /** Replaces the answer when it returns one; `answer` is what would be sent. */
  fault: (asked: Asked, answer: Answer) => Answer | undefined = () => undefined;
  /** Breaks the connection instead of answering when it returns true. */
  cut: () => boolean = () => false;
  clientId = 'client';
  clientSecret = 'correct';
  expiresIn: string | number = '2504956';
  token = 'token-1';
  #server = createServer((request, response) => void this.#handle(request, response));

  async open(): Promise<URL> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  set(key: string, rows: Row[]): void {
    if (rows.length === 0) this.buckets.delete(key);
    else this.buckets.set(key, rows);
  }

  /** Requests for this query, both readings and counts. */
  of(query: Kind | 'probe'): Asked[] {
    return this.asked.filter((asked) => asked.query === query);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://double');
    const body = await text(request);
    const [, name, count] = /^\/ws\/schema\/query\/([^/]+)(\/count)?$/.exec(url.pathname) ?? [];
    const asked: Asked = {
      path: url.pathname,
      query: name === probeName ? 'probe' : kinds.find((kind) => queryName(kind) === name),
      counting: count !== undefined,
      binds: name === undefined ? {} : JSON.parse(body),
      headers: request.headers,
    };
    this.asked.push(asked);
    if (this.cut()) {
      request.socket.destroy();
      return;
    }
    const usual = this.#answer(asked, Number(url.searchParams.get('pagesize') ?? 100));
    const answer = this.fault(asked, usual) ?? usual;
    const type = typeof answer.body === 'string' ? 'text/html' : 'application/json';
    response.writeHead(answer.status, { 'content-type': type, ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  }

  #answer(asked: Asked, pageSize: number): Answer {
    if (asked.path === '/ws/v1/metadata') {
      return ok({ metadata: { powerschool_version: '25.2.0.0', district_timezone: 'America/New_York' } });
    }
    if (asked.path === '/oauth/access_token') {
      const basic = Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64');
      if (asked.headers.authorization !== `Basic ${basic}`) return { status: 401, body: { error: 'invalid_client' } };
      return ok({ access_token: this.token, token_type: 'Bearer', expires_in: this.expiresIn });
    }
    if (asked.headers.authorization !== `Bearer ${this.token}`) {
      return { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' }, body: {} };
    }
    if (asked.query === 'probe') return records(this.#probe());
    if (asked.query === undefined) return { status: 404, body: { message: 'Query not found' } };
    const rows = this.#rows(asked.query, asked.binds);
    return asked.counting ? ok({ count: rows.length }) : records(rows.slice(0, pageSize));
  }

  #rows(kind: Kind, binds: Record<string, string>): Row[] {
    const rows = this.buckets.get(bucketKey({ kind, schoolId: binds.school ?? districtBucket })) ?? [];
    return rows
      .toSorted((a, b) => Number(a.id) - Number(b.id))
      .filter(({ id }) => Number(id) > Number(binds.after ?? 0));
  }

  #probe(): Row[] {
    return [...this.buckets].flatMap(([key, rows]) => {
      const bucket = parseBucketKey(key);
      if (bucket === undefined) return [];
      const s = bucket.schoolId === districtBucket ? probeDistrict : bucket.schoolId;
      const sum = hash('sha256', JSON.stringify(rows.toSorted((a, b) => Number(a.id) - Number(b.id))), 'hex');
      const h = String(Number.parseInt(sum.slice(0, 12), 16));
      return [{ k: probeCodes[bucket.kind], s, n: String(rows.length), h }];
    });
  }
}

function ok(body: object): Answer {
  return { status: 200, body };
}

/** Without rows there is no `record`. */
function records(rows: Row[]): Answer {
  return ok(rows.length === 0 ? { '@extensions': '' } : { record: rows, '@extensions': '' });
}
