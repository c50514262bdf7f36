/** Districts over real HTTP: an operator's program adds, changes and removes them like the commands. */
import t from 'tap';
import { ofTheRelay, readAudit } from '../../store/audit/audit.ts';
import { apiSetting } from '../../testing/api.ts';

interface Answered {
  status: number;
  body: Record<string, unknown>;
}

t.test('a district from its first day to its last', async (t) => {
  const { send, relay, district, tokenOf, json } = await apiSetting(t);
  const operator = await tokenOf('operator', 'all');
  const ask = async (method: string, path: string, body?: unknown, token = operator): Promise<Answered> => {
    const headers = { 'hallpass-note': 'Ticket 4711' };
    const answer = await send(method, path, { body, token, headers });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const [, free] = district.microsoft.tenants;
  const given = { slug: 'fabrikam', name: ' Fabrikam Schools ', graphTenantId: `{${free?.tenantId.toUpperCase()}}` };
  const nobodys = '99999999-9999-4999-8999-999999999999';
  t.match(await ask('POST', 'tenants', { ...given, slug: 'Fabrikam' }), {
    ...{ status: 400, body: { code: 'API_BODY_INVALID', message: /slug: it must be lower-case letters/ } },
  });
  t.match(await ask('POST', 'tenants', { ...given, graphTenantId: nobodys }), {
    ...{ status: 409, body: { code: 'TENANT_GRAPH_UNKNOWN' } },
  });
  t.match(await ask('POST', 'tenants', { ...given, slug: 'contoso' }), {
    status: 409,
    body: { code: 'TENANT_EXISTS' },
  });
  const tenant = { slug: 'fabrikam', name: 'Fabrikam Schools', graphTenantId: free?.tenantId };
  const added = await ask('POST', 'tenants', given);
  t.match(added, {
    status: 201,
    body: { tenant: { ...tenant, id: String }, connection: { state: 'ok', error: null } },
  });

  const listed = (await ask('GET', 'tenants')).body;
  t.same({ ...listed, next: undefined }, { tenants: await json('tenant', 'list'), next: undefined });
  t.match(listed, { tenants: [{ slug: 'contoso' }, tenant], next: null });
  const { body: first } = await ask('GET', 'tenants?limit=1');
  t.match(await ask('GET', `tenants?limit=1&cursor=${first.next}`), { body: { tenants: [tenant], next: null } });
  const admin = await tokenOf('admin');
  t.match((await ask('GET', 'tenants', undefined, admin)).body, { tenants: [{ slug: 'contoso' }] });
  t.equal((await ask('POST', 'tenants', given, admin)).status, 403);

  t.match(await ask('PATCH', 'tenants/fabrikam', {}), { status: 400, body: { message: /it must name what changes/ } });
  const renamed = await ask('PATCH', 'tenants/fabrikam', { slug: 'fabrikam-isd' });
  t.match(renamed, { status: 200, body: { tenant: { ...tenant, slug: 'fabrikam-isd' }, connection: null } });
  t.same((await ask('GET', 'tenants/fabrikam-isd')).body, await json('tenant', 'show', 'fabrikam-isd'));
  t.match(await ask('GET', 'tenants/fabrikam-isd/connection'), { status: 200, body: { state: 'ok' } });
  t.match(await ask('PATCH', 'tenants/contoso', { graphTenantId: free?.tenantId }), { status: 409 });

  const refused = await ask('DELETE', 'tenants/fabrikam-isd');
  t.match(refused, { status: 409, body: { code: 'TENANT_REMOVE_UNCONFIRMED', rows: { audit: 2 }, agents: 0 } });
  t.equal((await ask('DELETE', 'tenants/fabrikam-isd?confirm=fabrikam')).status, 409);
  t.equal((await ask('GET', 'tenants/fabrikam-isd')).status, 200);
  t.match(await ask('DELETE', 'tenants/fabrikam-isd?confirm=fabrikam-isd'), {
    status: 200,
    body: { rows: { audit: 2 } },
  });
  t.equal((await ask('GET', 'tenants/fabrikam-isd')).status, 404);
  t.match(await relay.store.readTenant(ofTheRelay, (scope) => readAudit(scope, { limit: 9 })), [
    { action: 'tenant.remove', who: 'token operator', note: 'Ticket 4711', detail: { slug: 'fabrikam-isd' } },
    { action: 'tenant.edit', note: 'Ticket 4711' },
    { action: 'tenant.add', actor: { kind: 'token', role: 'operator' } },
  ]);
});
