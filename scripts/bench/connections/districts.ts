/** A relay's state folder with many districts, each with an agent that is enrolled. */
import { type Identity, newPrivateKey, publicHalf } from '../../../agent/uplink/identity.ts';
import { saveSettings, storeFile } from '../../../relay/settings/settings.ts';
import { issueCode } from '../../../relay/store/agents/agents.ts';
import { openStore } from '../../../relay/store/store.ts';
import { createTenant, redeemCode } from '../../../relay/store/tenants/system.ts';

/** @returns the identities of the agents, one a district */
export async function makeDistricts(home: string, count: number, port: number): Promise<Identity[]> {
  // All of them come from this computer.
  await saveSettings(home, { listen: { port, maxConnectionsPerAddress: 1_000_000 } });
  const store = await openStore(storeFile(home));
  const keys = await Promise.all(Array.from({ length: count }, newPrivateKey));
  const now = new Date();
  try {
    return await store.system(async ({ db }) => {
      const identities: Identity[] = [];
      for (const [at, privateKey] of keys.entries()) {
        const [slug, name] = [`district-${at}`, `District ${at}`];
        const graphTenantId = `${String(at).padStart(8, '0')}-2222-4333-8444-555555555555`;
        const { id } = await createTenant({ db }, { slug, name, graphTenantId }, now);
        const { code } = await issueCode({ db, tenantId: id }, now);
        const given = { code, name: 'agent', publicKey: publicHalf(privateKey).x, version: '0.0.0' };
        const agent = await redeemCode({ db }, given, now);
        if (agent === undefined) throw new TypeError(`the code of ${slug} was refused`);
        identities.push({
          agentId: agent.agentId,
          tenantId: id,
          tenantName: name,
          relay: `http://127.0.0.1:${port}`,
          privateKey,
        });
      }
      return identities;
    });
  } finally {
    await store.close();
  }
}
