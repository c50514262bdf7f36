/**
 * `/_sim/`: functions that only a simulator has. Faults, counts, the whole state, and an administrator's manual edits.
 */
import { Readable } from 'node:stream';
import { z } from 'zod';
import { addGroupEdits } from './control-groups.ts';
import { assignedSkus, type Directory } from './directory/directory.ts';
import type { User } from './directory/entities.ts';
import { tenantRules } from './directory/tenant-rules.ts';
import { dumpDirectory } from './dump.ts';
import type { AppRegistration } from './entra/app-registration.ts';
import { GraphError, notFound } from './errors.ts';
import { faultOrder } from './fault-order.ts';
import type { Faults } from './faults.ts';
import type { DeltaEpoch } from './graph/delta.ts';
import { propertyOf } from './graph/properties.ts';
import { educationUserResource, userResource } from './graph/resources.ts';
import { checkNickname, checkPrincipalName } from './graph/user-rules.ts';
import { type Bag, textOf } from './json.ts';
import type { Stats } from './stats.ts';
import type { Throttle } from './throttle.ts';
import type { WireServer } from './wire.ts';

export interface ControlParts {
  tenantId: string;
  directory: Directory;
  faults: Faults;
  stats: Stats;
  throttle: Throttle;
  epoch: DeltaEpoch;
  app: AppRegistration;
  apps: readonly AppRegistration[];
  consentLag: number;
}

const settings = z.strictObject({
  /** Replication lag in milliseconds for objects created from now on. */
  lag: z.number().min(0).optional(),
  /** The same for the Teams service, for groups that it has not been asked about yet. */
  teamLag: z.number().min(0).optional(),
  /** How long a team requested from now on takes, in milliseconds. */
  teamDuration: z.number().min(0).optional(),
  /** Multiplier of the throttling limits; all buckets start full again. */
  speed: z.number().positive().optional(),
  /** The same for the tenant's own limits only, and for the application's limits across all tenants. */
  tenantSpeed: z.number().positive().optional(),
  appSpeed: z.number().positive().optional(),
  /** Objects on a page of a delta. */
  deltaPage: z.number().int().min(1).max(999).optional(),
  /** How many objects the tenant may hold. */
  quota: z.number().int().min(0).optional(),
  /** Permissions in tokens issued from now on. */
  roles: z.array(z.string()).optional(),
  /** How long a consent takes to reach tokens, in milliseconds. */
  consentLag: z.number().min(0).optional(),
  /** Settings that Microsoft or an administrator has changed from the default; others stay. */
  rules: tenantRules.partial().optional(),
});

/** Null deletes the application in the tenant. */
const consent = z.strictObject({ roles: z.array(z.string()).nullable() });

const userProps = z
  .record(z.string(), z.json())
  .refine((props) => Object.keys(props).every(isUserProperty), { error: 'a property that no user has' });

const userProtection = z.strictObject({ by: z.enum(['administrator', 'restrictedUnit']).nullable() });

const signIns = z.array(z.strictObject({ userPrincipalName: z.string(), password: z.string() }));

type KeyParams = { Params: { key: string } };

/** Refuses anything that does not come from this machine; needs no token. */
export function addControlRoutes(server: WireServer, tenants: readonly [ControlParts, ...ControlParts[]]): void {
  addTenantControl(server, tenants[0], '/_sim');
  for (const parts of tenants) addTenantControl(server, parts, `/_sim/tenants/${parts.tenantId}`);
}

function addTenantControl(server: WireServer, parts: ControlParts, prefix: string): void {
  server.register(
    async (control: WireServer) => {
      control.addHook('onRequest', async (request, reply) => {
        if (!isLoopback(request.socket.remoteAddress)) {
          await reply.code(403).send({ error: 'The control API answers on loopback only.' });
        }
      });
      control.setErrorHandler((error, _request, reply) => {
        if (error instanceof GraphError) return reply.code(error.status).send({ error: error.message });
        const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
        return reply.code(400).send({ error: reason });
      });
      addFaultRoutes(control, parts);
      addUserEdits(control, parts.directory);
      addGroupEdits(control, parts.directory);
      control.get('/stats', async () => parts.stats.toJSON());
      control.delete('/stats', async (_request, reply) => {
        parts.stats.reset();
        return reply.code(204).send();
      });
      control.get('/dump', (_request, reply) =>
        reply.type('application/x-ndjson').send(Readable.from(dumpDirectory(parts.directory))),
      );
      control.patch('/settings', async (request, reply) => {
        const given = settings.parse(request.body);
        const { lag, teamLag, teamDuration, speed, tenantSpeed, appSpeed, deltaPage, quota, roles, consentLag, rules } =
          given;
        const { directory } = parts;
        if (lag !== undefined) directory.lag = lag;
        if (teamLag !== undefined) directory.teams.lag = teamLag;
        if (teamDuration !== undefined) directory.teams.duration = teamDuration;
        if (deltaPage !== undefined) directory.deltaPage = deltaPage;
        if (quota !== undefined) directory.quota = quota;
        if (rules !== undefined) Object.assign(directory.rules, rules);
        if (speed !== undefined) parts.throttle.setSpeed(speed);
        if (tenantSpeed !== undefined) parts.throttle.setTenantSpeed(tenantSpeed);
        if (appSpeed !== undefined) parts.throttle.setAppSpeed(appSpeed);
        if (roles !== undefined) parts.app.roles = roles;
        if (consentLag !== undefined) parts.consentLag = consentLag;
        return reply.code(204).send();
      });
      addConsentEdits(control, parts);
      control.put<KeyParams>('/contacts/:key', async (request, reply) => {
        parts.directory.contacts.add(request.params.key.toLowerCase());
        return reply.code(204).send();
      });
      control.delete<KeyParams>('/contacts/:key', async (request, reply) => {
        parts.directory.contacts.delete(request.params.key.toLowerCase());
        return reply.code(204).send();
      });
      control.post('/delta/expire', async (_request, reply) => {
        parts.epoch.current += 1;
        return reply.code(204).send();
      });
    },
    { prefix },
  );
}

/** What an administrator sees and does at Enterprise applications, Permissions. */
function addConsentEdits(control: WireServer, { apps }: ControlParts): void {
  control.get('/consents', async () => apps.map(({ clientId, isKnown, roles }) => ({ clientId, isKnown, roles })));
  control.put<KeyParams>('/consents/:key', async (request, reply) => {
    const app = apps.find(({ clientId }) => clientId === request.params.key);
    if (app === undefined) throw notFound(request.params.key);
    const { roles } = consent.parse(request.body);
    Object.assign(app, { roles: roles ?? [], isKnown: roles !== null, arriving: undefined });
    return reply.code(204).send();
  });
}

function addFaultRoutes(control: WireServer, { faults }: ControlParts): void {
  control.get('/faults', async () => faults.waiting());
  control.post('/faults', async (request, reply) => {
    const orders = z.union([faultOrder.transform((order) => [order]), z.array(faultOrder)]).parse(request.body);
    return reply.code(201).send({ ids: orders.map((order) => faults.add(order)) });
  });
  control.delete('/faults', async (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
  control.delete<{ Params: { id: string } }>('/faults/:id', async (request, reply) => {
    if (!faults.remove(Number(request.params.id))) throw notFound(request.params.id);
    return reply.code(204).send();
  });
}

/** An administrator's edits: visible at once, not throttled, and allowed even on synchronized accounts. */
function addUserEdits(control: WireServer, directory: Directory): void {
  control.get<KeyParams>('/users/:key', async (request) => shown(find(directory, request.params.key)));
  control.post('/users', async (request, reply) => {
    const props = userProps.parse(request.body);
    checkNames(directory, props);
    for (const name of ['userPrincipalName', 'mailNickname', 'displayName']) {
      if (textOf(props, name) === undefined) throw new TypeError(`${name} is missing.`);
    }
    return reply.code(201).send(shown(directory.addUser({ accountEnabled: true, ...props }, 'once')));
  });
  control.patch<KeyParams>('/users/:key', async (request) => {
    const user = find(directory, request.params.key);
    const props = userProps.parse(request.body);
    checkNames(directory, props, user);
    const before = assignedSkus(user);
    directory.users.update(user, props);
    for (const skuId of before) directory.countSeats(skuId, -1);
    for (const skuId of assignedSkus(user)) directory.countSeats(skuId, 1);
    return shown(user);
  });
  control.put<KeyParams>('/users/:key/protection', async (request, reply) => {
    find(directory, request.params.key).protection = userProtection.parse(request.body).by ?? undefined;
    return reply.code(204).send();
  });
  control.post('/sign-ins', async (request) => {
    const tried = signIns.parse(request.body);
    const refused = tried.filter(({ userPrincipalName, password }) => {
      const [user] = directory.users.find('userPrincipalName', userPrincipalName);
      return user === undefined || !directory.hasPassword(user, password);
    });
    return { refused: refused.map(({ userPrincipalName }) => userPrincipalName) };
  });
  control.delete<KeyParams>('/users/:key', async (request, reply) => {
    directory.deleteUser(find(directory, request.params.key));
    return reply.code(204).send();
  });
}

function find(directory: Directory, key: string): User {
  const user = directory.users.get(key.toLowerCase()) ?? directory.users.find('userPrincipalName', key)[0];
  if (user === undefined) throw notFound(key);
  return user;
}

function shown(user: User): Bag {
  return { id: user.id, ...user.props };
}

function checkNames(directory: Directory, props: Bag, self?: User): void {
  const [name, alias] = [textOf(props, 'userPrincipalName'), textOf(props, 'mailNickname')];
  if (name !== undefined) checkPrincipalName(directory, name, self);
  if (alias !== undefined) checkNickname(alias, 'User');
}

function isUserProperty(name: string): boolean {
  return propertyOf(userResource, name) !== undefined || propertyOf(educationUserResource, name) !== undefined;
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address));
}
