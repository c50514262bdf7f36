/** A district of which something can be told, and the relay that tells it over HTTP. */
import type { Test } from 'tap';
import { folderOf } from '../../shared/testing/folder.ts';
import type { AccessRole } from '../model/access-role.ts';
import type { AccessScope } from '../model/access-scope.ts';
import { createToken } from '../store/tenants/api-tokens.ts';
import { commandLine } from './command-line.ts';
import { type District, openDistrict, smallRoster } from './district.ts';
import { startTestRelay, type TestRelay } from './relay-double.ts';

export interface ApiSetting {
  home: string;
  district: District;
  relay: TestRelay;
  /** Of a token that is valid. */
  token: string;
  tokenId: string;
  /** What a command with --json says. */
  json(...args: string[]): Promise<unknown>;
  /** What a command with `--csv -` says. */
  csv(...args: string[]): Promise<string>;
  /** A token of this role, for this district and others, with every scope. @param tenants ids, or `all` */
  tokenOf(role: AccessRole, tenants?: 'all' | string[], scopes?: readonly AccessScope[]): Promise<string>;
  /** @param path after `/api/v1/` @param how the body as JSON, and headers besides the token's or in its place */
  send(
    method: string,
    path: string,
    how?: { body?: unknown; headers?: Record<string, string>; token?: string },
  ): Promise<Response>;
  /** @param path after `/api/v1/` @param headers besides the token's, or in its place */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
}

/** A run was made and one more is due; there are problems, a hold, and a difference that somebody made by hand. */
export async function apiSetting(t: Test): Promise<ApiSetting> {
  const home = folderOf(t);
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: home, home, mode, students: 40, accounts: true, freeTenants: 2 });
  t.teardown(() => district.close());
  const roster = smallRoster(42);
  await district.commit(roster);
  await district.run();
  district.clock.advance(11 * 60_000);
  await district.run();
  const { directory } = district.microsoft;
  const [group] = directory.groups.find('externalId', '51');
  if (group === undefined) throw new Error('no class');
  directory.groups.update(group, { displayName: '=Ours' });
  district.clock.advance(11 * 60_000);
  // Everybody leaves the classes of school 1: too much for an ordinary day.
  await district.commit(roster.filter((one) => one.kind !== 'studentEnrollment' || one.schoolId !== '1'));
  await district.run();

  const relay = await startTestRelay(home);
  t.teardown(() => relay.close());
  const { id: tokenId, token } = await relay.store.withTenant(district.tenantId, (scope) =>
    createToken(scope, { name: 'test', days: 90, by: 'kim' }, new Date()),
  );
  const make = (role: AccessRole, tenants?: 'all' | string[], scopes?: readonly AccessScope[]) =>
    relay.store.withTenant(district.tenantId, (scope) => {
      const given = { name: role, days: 90, by: 'kim', role, ...(tenants && { tenants }), ...(scopes && { scopes }) };
      return createToken(scope, given, new Date());
    });
  const admin = await make('admin');
  const cli = commandLine(home, 'kim');
  return {
    ...{ home, district, relay, token, tokenId },
    json: async (...args) => JSON.parse((await cli(...args, '--json')).out),
    csv: async (...args) => (await cli(...args, '--csv', '-')).out,
    tokenOf: async (...asked) => (await make(...asked)).token,
    send: (method, path, { body, headers, token = admin.token } = {}) =>
      fetch(`${relay.url}/api/v1/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    get: (path, headers = { authorization: `Bearer ${token}` }) => fetch(`${relay.url}/api/v1/${path}`, { headers }),
  };
}
