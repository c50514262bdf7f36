/** The district's Microsoft 365: the simulator with the accounts that the district already has. */
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createClientCertificate } from '../simulators/authority.ts';
import type { DirectoryFile } from '../simulators/microsoft/directory-file.ts';
import type { Directory } from './directory.ts';
import type { HttpsClient } from './https-client.ts';
import type { Testbed } from './testbed.ts';

/** The relay's app registration: made before the tenant consents to it. */
export interface AppRegistration {
  tenantId: string;
  clientId: string;
  certFile: string;
  keyFile: string;
  /** A second credential of the app, which the demo itself uses to read Graph. */
  secret: string;
  secretFile: string;
}

export interface Microsoft {
  baseUrl: string;
  client: HttpsClient;
}

export async function registerApp(testbed: Testbed): Promise<AppRegistration> {
  const { cert, key } = await createClientCertificate('Hallpass relay (demo)');
  const secret = randomBytes(24).toString('base64url');
  return {
    tenantId: randomUUID(),
    clientId: randomUUID(),
    certFile: await testbed.write('relay-app.pem', cert),
    keyFile: await testbed.write('relay-app.key', key),
    secret,
    secretFile: await testbed.write('reader-secret', secret),
  };
}

/** A Microsoft 365 tenant before Hallpass. */
export interface StartingTenant {
  id: string;
  file: DirectoryFile;
}

/** @param others tenants beside the one of the registration @param port 0 for any */
export async function startMicrosoft(
  testbed: Testbed,
  directory: Pick<Directory, 'file'>,
  app: AppRegistration,
  { others = [], port = 0 }: { others?: readonly StartingTenant[]; port?: number } = {},
): Promise<Microsoft> {
  const { seed, graphSpeed } = testbed.options;
  const file = await testbed.write('directory.json', JSON.stringify(directory.file));
  const args = ['scripts/simulators/microsoft/main.ts', '--port', `${port}`];
  args.push('--ca', join(testbed.folder, 'authority'), '--directory', file);
  for (const other of others) {
    const its = await testbed.write(`directory-${other.id}.json`, JSON.stringify(other.file));
    args.push('--further', `${other.id}=${its}`);
  }
  args.push('--tenant-id', app.tenantId, '--client-id', app.clientId);
  args.push('--client-cert', app.certFile, '--client-secret-file', app.secretFile);
  args.push('--seed', `${seed}`, '--speed', `${graphSpeed}`);
  const { ready } = await testbed.programs.start('Microsoft simulator', args, { ready: (line) => line.ready === true });
  const baseUrl = String(ready.baseUrl);
  return { baseUrl, client: testbed.connect(baseUrl) };
}

export interface GraphCounts {
  requests: number;
  writes: number;
  throttled: number;
}

export async function graphCounts({ client }: Microsoft): Promise<GraphCounts> {
  const { requests, writes, throttled } = (await client.call('GET', '/_sim/stats')) as GraphCounts;
  return { requests, writes, throttled };
}
