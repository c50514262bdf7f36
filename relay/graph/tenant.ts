/** What a profile refers to in a Microsoft tenant: domains, licenses, groups, accounts. */
import type { DomainFacts, GroupFacts, SkuFacts } from '../model/tenant-facts.ts';
import { licenseGroup } from './bodies/group.ts';
import { domain, subscribedSku } from './bodies/tenant.ts';
import { type AccountFacts, account } from './bodies/user.ts';
import { failureOf, type GraphClient } from './client.ts';

/** @throws HallpassError GRAPH_DENIED without Domain.Read.All, and as {@link GraphClient.get} */
export async function readDomains(client: GraphClient): Promise<DomainFacts[]> {
  const domains: DomainFacts[] = [];
  for await (const { items } of client.pages('/domains', domain)) domains.push(...items);
  return domains;
}

/** @throws HallpassError GRAPH_DENIED without Organization.Read.All, and as {@link GraphClient.get} */
export async function readSkus(client: GraphClient): Promise<SkuFacts[]> {
  const skus: SkuFacts[] = [];
  const cost = { units: 3, writes: 0 };
  for await (const { items } of client.pages('/subscribedSkus', subscribedSku, cost)) skus.push(...items);
  return skus;
}

/** Undefined when there is no such group. */
export async function readLicenseGroup(client: GraphClient, id: string): Promise<GroupFacts | undefined> {
  const select = 'id,displayName,groupTypes,onPremisesSyncEnabled,assignedLicenses';
  const answer = await client.get(`/groups/${encodeURIComponent(id)}?$select=${select}`, licenseGroup);
  if (answer.status === 404) return undefined;
  if (answer.read === undefined) throw failureOf('GET /groups/{id}', answer, undefined);
  return answer.read;
}

/** The account with this object id or userPrincipalName; undefined when there is none. */
export async function readAccount(client: GraphClient, idOrName: string): Promise<AccountFacts | undefined> {
  // A name that begins with $ cannot be a path segment, but may be in parentheses (Graph: known issues).
  const key = encodeURIComponent(idOrName.replaceAll("'", "''"));
  const answer = await client.get(`/users('${key}')?$select=id,userPrincipalName,displayName,userType`, account);
  if (answer.status === 404) return undefined;
  if (answer.read === undefined) throw failureOf('GET /users/{id}', answer, undefined);
  return answer.read;
}
