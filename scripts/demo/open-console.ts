/** Brings the console up before anything else: a relay with its districts, a sign-in provider, and an operator who can sign in. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type AppRegistration, registerApp } from './microsoft.ts';
import { operator, others } from './people.ts';
import { addDistrict, configureRelay, type Relay, startRelay } from './relay.ts';
import { accept, invitationFor, type SignIn, startSignIn, useProvider } from './sign-in.ts';
import { lakeside, riverbend, type Site, summit } from './sites.ts';
import type { Testbed } from './testbed.ts';

export interface OpenedConsole {
  relay: Relay;
  app: AppRegistration;
  signIn: SignIn;
  /** Id of each district's Microsoft 365 tenant; Summit's is that of the registration. */
  tenantOf(site: Site): string;
  /** Where Microsoft 365 is going to listen. */
  microsoftPort: number;
}

/** Prints the console's address as soon as it can be used; the districts follow. */
export async function openConsole(testbed: Testbed): Promise<OpenedConsole> {
  const { options, screen } = testbed;
  screen.busy('Starting the console');
  const port = await freePort('127.0.0.1', options.port);
  const microsoftPort = await freePort('localhost', 0);
  const url = `http://127.0.0.1:${port}`;
  const provider = startSignIn(testbed, url, [operator, ...others]);
  provider.catch(() => undefined);
  const app = await registerApp(testbed);
  const tenants = new Map([
    [summit, app.tenantId],
    ...[lakeside, riverbend].map((site) => [site, randomUUID()] as const),
  ]);
  const tenantOf = (site: Site) => tenants.get(site) ?? app.tenantId;

  // The first command makes the database.
  await addDistrict(testbed, summit, app.tenantId);
  await Promise.all([lakeside, riverbend].map((site) => addDistrict(testbed, site, tenantOf(site))));
  // Plain http, as the relay speaks it with its own computer only: no browser knows the demo's authority.
  await configureRelay(testbed, app, { port, tls: false, microsoft: `https://localhost:${microsoftPort}` });
  const signIn = await provider;
  const [link] = await Promise.all([invitationFor(testbed, operator), useProvider(testbed, signIn)]);
  const relay = await startRelay(testbed);
  await accept(link, signIn, operator);
  screen.title(`Console: ${relay.url}/console/sign-in/start`);
  return { relay, app, signIn, tenantOf, microsoftPort };
}

/** That port if nobody has it, otherwise any. */
export async function freePort(host: string, wanted: number): Promise<number> {
  const server = createServer();
  try {
    server.listen(wanted, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (error) {
    if (wanted === 0) throw error;
    return await freePort(host, 0);
  } finally {
    server.close();
  }
}
