/** What a Microsoft tenant has that a sync profile refers to: domains, licenses, groups, accounts. */
import type { DomainFacts, GroupFacts, SkuFacts } from '../model/tenant-facts.ts';
import { failureOf, type GraphClient } from './client.ts';
import { isEntity } from './readable.ts';

/** @throws HallpassError GRAPH_DENIED without Domain.Read.All, and as {@link GraphClient.get} */
export async function readDomains(client: GraphClient): Promise<DomainFacts[]> {
  const domains: DomainFacts[] = [];
  for await (const { items } of client.pages<DomainFacts>('/domains')) {
    for (const { id, isVerified, isDefault, authenticationType } of items) {
      domains.push({ id: id.toLowerCase(), isVerified, isDefault, authenticationType });
    }
  }
  return domains;
}

/** @throws HallpassError GRAPH_DENIED without Organization.Read.All, and as {@link GraphClient.get} */
export async function readSkus(client: GraphClient): Promise<SkuFacts[]> {
  const skus: SkuFacts[] = [];
  for await (const { items } of client.pages<SkuFacts>('/subscribedSkus', { units: 3, writes: 0 })) {
    for (const sku of items) skus.push({ ...sku, skuId: sku.skuId.toLowerCase() });
  }
  return skus;
}

/** Undefined when there is no such group. */
export async function readLicenseGroup(client: GraphClient, id: string): Promise<GroupFacts | undefined> {
  const select = 'id,displayName,groupTypes,onPremisesSyncEnabled,assignedLicenses';
  const answer = await client.get(`/groups/${encodeURIComponent(id)}?$select=${select}`, undefined, isEntity);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw failureOf('GET /groups/{id}', answer, undefined);
  return answer.body as GroupFacts;
}

export interface AccountFacts {
  id: string;
  userPrincipalName: string;
  displayName: string | null;
  userType: string | null;
}

/** The account with this object id or userPrincipalName; undefined when there is none. */
export async function readAccount(client: GraphClient, idOrName: string): Promise<AccountFacts | undefined> {
  // A name that begins with $ is no path segment, but may stand in parentheses (Graph: known issues).
  const key = encodeURIComponent(idOrName.replaceAll("'", "''"));
  const answer = await client.get(
    `/users('${key}')?$select=id,userPrincipalName,displayName,userType`,
    undefined,
    isEntity,
  );
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw failureOf('GET /users/{id}', answer, undefined);
  return answer.body as AccountFacts;
}
