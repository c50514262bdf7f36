/** Bodies from Graph that differ from its reference: what is read, what is refused, and how that is reported. */
import t from 'tap';
import { HallpassError } from '../../shared/errors.ts';
import { VirtualClock } from '../../shared/testing/virtual-clock.ts';
import { appBudget, GraphBudget } from './budget.ts';
import { GraphClient } from './client.ts';
import { readGroup, readUserChanges } from './directory.ts';
import { readObjectChanges } from './education-delta.ts';
import { readGroupChanges } from './group-delta.ts';
import { DeletedObjects } from './holders.ts';
import { readSchool } from './school-contents.ts';
import { readStamped } from './stamped.ts';
import { readActivationState } from './teams.ts';
import { readAccount, readDomains, readLicenseGroup, readSkus } from './tenant.ts';

const baseUrl = 'https://graph.example';

/** A client whose requests `bodyOf` answers, with a request id as Graph gives one. */
function clientOf(bodyOf: (path: string) => object): GraphClient & { asked: string[] } {
  const clock = new VirtualClock();
  const asked: string[] = [];
  const client = new GraphClient({
    baseUrl,
    graphTenantId: 't',
    credentials: { token: async () => 'a.b.c', renew: async () => undefined, needWrite: async () => undefined },
    transport: {
      async send(url) {
        const path = url.replace(/^https:\/\/[^/]+\/v1\.0/, '').replace(/\?.*$/, '');
        asked.push(path);
        const headers = { 'content-type': 'application/json', 'request-id': 'request-7' };
        return new Response(JSON.stringify(bodyOf(path)), { status: 200, headers });
      },
      close: async () => undefined,
    },
    budget: new GraphBudget(appBudget(clock, 1000), clock, 1000),
    clock,
    random: () => 0,
    signal: new AbortController().signal,
  });
  return Object.assign(client, { asked });
}

const deltaLink = `${baseUrl}/v1.0/delta?$deltatoken=1`;
const page = (...value: object[]) => ({ '@odata.context': 'x', value });
const delta = (...value: object[]) => ({ ...page(...value), '@odata.deltaLink': deltaLink });

interface Resource {
  /** What Graph answers, by the end of the path; an empty page for other paths. */
  path: RegExp;
  body: object;
  read(client: GraphClient): Promise<unknown>;
  /** A body that replaces part of what Graph promises, and where the error locates it. */
  damaged: [body: object, where: string][];
}

const sku = {
  ...{ id: 'x', skuId: '6FD2C87F', skuPartNumber: 'A1', capabilityStatus: 'Enabled', consumedUnits: 1 },
  ...{ prepaidUnits: { enabled: 5, suspended: 0 }, servicePlans: [{ servicePlanId: 'p', servicePlanName: 'n' }] },
};
const domain = { id: 'Contoso.edu', isVerified: true, isDefault: true, authenticationType: 'Managed', model: null };
const group = { id: 'g', displayName: 'A1', groupTypes: [], onPremisesSyncEnabled: null, assignedLicenses: [] };
const user = { id: 'u', userPrincipalName: 'ada@contoso.edu', displayName: null, userType: null };

const resources: Record<string, Resource> = {
  'accounts by delta': {
    path: /^\/users\/delta$/,
    body: delta(
      { ...user, mail: null, assignedLicenses: null, accountEnabled: null, newProperty: { a: 1 } },
      { id: 'gone', '@removed': { reason: 'changed' } },
      { id: 'partly' },
    ),
    read: (client) => readUserChanges(client, undefined),
    damaged: [
      [delta(user, { userPrincipalName: 'x' }), 'value.1.id'],
      [delta({ ...user, id: '' }), 'value.0.id'],
      [delta({ ...user, id: 7 }), 'value.0.id'],
      [delta({ ...user, mail: ['ada'] }), 'value.0.mail'],
      [delta({ ...user, accountEnabled: 'true' }), 'value.0.accountEnabled'],
      [delta({ ...user, userPrincipalName: null }), 'value.0.userPrincipalName'],
    ],
  },
  'groups by delta': {
    path: /^\/groups\/delta$/,
    body: delta({ id: 'g', displayName: null, 'members@delta': [{ '@odata.type': 'x', id: 'u' }] }, { id: 'h' }),
    read: (client) => readGroupChanges(client, undefined, () => true),
    damaged: [
      [delta({ displayName: 'g' }), 'value.0.id'],
      [delta({ id: 'g', 'members@delta': {} }), 'value.0.members@delta'],
      [delta({ id: 'g', 'owners@delta': [{ id: 'u' }, {}] }), 'value.0.owners@delta.1.id'],
    ],
  },
  'objects by delta': {
    path: /^\/education\/classes\/delta$/,
    body: delta({ id: 'c', displayName: null, term: { startDate: null } }, { id: 'gone', '@removed': {} }),
    read: (client) => readObjectChanges(client, 'classes', undefined, () => true),
    damaged: [[delta({ displayName: 'c' }), 'value.0.id']],
  },
  members: {
    path: /\/members$/,
    body: page({ '@odata.type': '#microsoft.graph.user', id: 'u' }),
    read: (client) => readGroup(client, 'g', 'members'),
    damaged: [[page({ id: 'u' }, { '@odata.type': '#microsoft.graph.user' }), 'value.1.id']],
  },
  'contents of a school': {
    path: /^\/education\/schools\/s\/users$/,
    body: page({ id: 'u' }),
    read: (client) => readSchool(client, 's'),
    damaged: [[page({}), 'value.0.id']],
  },
  schools: {
    path: /^\/education\/schools$/,
    body: page({ id: 's', externalId: null, schoolNumber: null, fax: '1' }),
    read: readStamped,
    damaged: [[page({ id: 's', externalId: 12 }), 'value.0.externalId']],
  },
  classes: {
    path: /^\/education\/classes$/,
    body: page({ id: 'c', course: null, mailNickname: 'x' }, { id: 'd', course: { courseNumber: null } }),
    read: readStamped,
    damaged: [[page({ id: 'c', course: { courseNumber: 7 } }), 'value.0.course.courseNumber']],
  },
  'accounts of the education API': {
    path: /^\/education\/users$/,
    body: page({ id: 'u', student: null, assignedLicenses: [{ skuId: 'x', disabledPlans: null }] }, { id: 'v' }),
    read: readStamped,
    damaged: [
      [page({ id: 'u', student: 'Ada' }), 'value.0.student'],
      [page({ id: 'u', assignedLicenses: [{}] }), 'value.0.assignedLicenses.0.skuId'],
    ],
  },
  domains: {
    path: /^\/domains$/,
    body: page(domain),
    read: async (client) => t.match(await readDomains(client), [{ id: 'contoso.edu' }]),
    damaged: [[page({ ...domain, isVerified: null }), 'value.0.isVerified']],
  },
  SKUs: {
    path: /^\/subscribedSkus$/,
    body: page(sku),
    read: async (client) => t.match(await readSkus(client), [{ skuId: '6fd2c87f' }]),
    damaged: [
      [page({ ...sku, prepaidUnits: {} }), 'value.0.prepaidUnits.enabled'],
      [page({ ...sku, servicePlans: [null] }), 'value.0.servicePlans.0'],
    ],
  },
  'a group that gives licenses': {
    path: /^\/groups\/g$/,
    body: { ...group, description: null },
    read: (client) => readLicenseGroup(client, 'g'),
    damaged: [[{ ...group, groupTypes: null }, 'groupTypes']],
  },
  'an account': {
    path: /^\/users\('u'\)$/,
    body: { ...user, '@odata.context': 'x' },
    read: (client) => readAccount(client, 'u'),
    damaged: [[{ ...user, userPrincipalName: undefined }, 'userPrincipalName']],
  },
};

for (const [name, { path, body, read, damaged }] of Object.entries(resources)) {
  const answering = (answer: object) => clientOf((asked) => (path.test(asked) ? answer : delta()));
  t.test(`${name}: accepts what Graph omits, sets to null, or adds`, async (t) => {
    const client = answering(body);
    await read(client);
    t.ok(client.asked.some((asked) => path.test(asked)));
    t.equal(client.asked.length, new Set(client.asked).size, 'nothing was repeated');
  });
  t.test(`${name}: names what Graph promises and does not give, with the request`, async (t) => {
    for (const [answer, where] of damaged) {
      const client = answering(answer);
      const error = await read(client).catch((thrown: unknown) => thrown);
      if (!(error instanceof HallpassError)) return t.fail(`${where}: ${error}`);
      t.match(error, { code: 'GRAPH_ANSWER_UNKNOWN', retry: 'retry', action: /request-7/ }, where);
      t.match(error.message, `: ${where}: `);
      t.match(error.message, /^Microsoft Graph answered GET \//);
      t.notMatch(error.message, /ada|Ada/, 'without the contents');
      t.equal(client.asked.filter((asked) => path.test(asked)).length, 6, 'repeats a read: the failure may pass');
    }
  });
}

t.test('an unreadable answer to a mere look-up decides nothing', async (t) => {
  const deleted = new DeletedObjects(clientOf(() => page({ id: 'd', mailNickname: 'art', proxyAddresses: null })));
  const wanted = { property: 'mailNickname', userPrincipalName: undefined, mailNickname: 'Art', holder: undefined };
  const holder = await deleted.find(wanted);
  t.match(holder, { kind: 'deleted group', id: 'd' });
  const states = [
    [{ isMembershipLimitedToOwners: true }, 'waiting'],
    [{ isMembershipLimitedToOwners: false }, 'active'],
    [{ isMembershipLimitedToOwners: null }, 'active'],
    [{ id: 't' }, undefined],
    [{ isMembershipLimitedToOwners: 'yes' }, undefined],
  ] as const;
  for (const [body, state] of states)
    t.equal(
      await readActivationState(
        clientOf(() => body),
        'g',
      ),
      state,
    );
});
