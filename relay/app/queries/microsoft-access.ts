/** What a district's Microsoft 365 grants, what is missing for which feature, and why each permission is asked for. */
import { z } from 'zod';
import { consentAddress } from '../../graph/consent-address.ts';
import { type AccessKind, accessKinds } from '../../model/microsoft-access.ts';
import { lackingOf, toRead } from '../../model/permissions.ts';
import { alwaysNeeded, neededByOptions } from '../../operations/needed-permissions.ts';
import { type PermissionUse, permissionUses } from '../../operations/permission-uses.ts';
import type { Profile } from '../../profile/profile.ts';
import { loadSettings, publicUrl, type RelaySettings } from '../../settings/settings.ts';
import { type KnownAccess, readAccess } from '../../store/microsoft/access.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import { accessPath, consentCallback } from '../access-page.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, ask, type TenantRef } from '../perform.ts';
import { failure, moment } from './fields.ts';

const kind = z.enum(accessKinds);

const applicationSchema = z.object({
  access: kind.meta({
    description: 'read: the registration that only reads. write: the one that writes, and reads as well.',
  }),
  clientId: z.string().nullable().meta({ description: 'Null if the relay has no such registration.' }),
  checkedAt: moment.nullable().meta({ description: 'When the relay last asked for a token; null if never.' }),
  consentedAt: moment.nullable().meta({
    description:
      'When an administrator came back from Microsoft with a consent that tokens do not have yet; else null.',
  }),
  roles: z.array(z.string()).meta({ description: 'Application permissions in that token.' }),
  error: failure.extend({ action: z.string() }).nullable().meta({ description: 'Why there was no token.' }),
  link: z
    .string()
    .nullable()
    .meta({ description: 'Where an administrator of the tenant grants all that the registration lists.' }),
});

const permissionSchema = z.object({
  permission: z.string(),
  access: kind,
  why: z.string(),
  when: z.string().meta({
    description:
      'always: nothing works without it. helpful: something is missing without it. Else the field of profiles that needs it.',
  }),
  profiles: z.array(z.string()).meta({ description: 'Profiles that ask for it by that field.' }),
  isGranted: z.boolean(),
});

export const accessAnswer = z.object({
  access: z.enum(['unknown', 'none', ...accessKinds]).meta({
    description:
      'What the relay can do, as of the last check: nothing, read (match, check and preview), or write as well.',
  }),
  arriving: kind.nullable().meta({ description: 'A consent of the last minutes that tokens do not have yet.' }),
  page: z.string().meta({ description: 'Of the console: where an administrator with a role there grants it.' }),
  applications: z.array(applicationSchema),
  permissions: z.array(permissionSchema),
});

export type MicrosoftAccess = z.infer<typeof accessAnswer>;
type ShownApplication = z.infer<typeof applicationSchema>;

/** Microsoft: a consent takes minutes; old tokens keep their roles for an hour, but the relay asks for new ones. */
export const arrivingMs = 30 * 60_000;

/**
 * @param url the relay's address; undefined for the one of its settings
 * @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING, TENANT_UNKNOWN
 */
export async function accessNow(
  context: AppContext,
  actor: Actor,
  named: TenantRef,
  url?: string,
): Promise<MicrosoftAccess> {
  const settings = await loadSettings(context.home);
  return await ask(context, actor, { question: 'consent', tenant: named }, async (scope, tenant) => {
    const [known, profiles] = [await readAccess(scope), await readProfiles(scope)];
    return describeAccess({ settings, url, tenant, known, profiles, nowMs: context.clock.now() });
  });
}

export interface AccessFacts {
  settings: RelaySettings;
  url: string | undefined;
  tenant: Pick<Tenant, 'slug' | 'graph_tenant_id'>;
  known: readonly KnownAccess[];
  profiles: readonly Profile[];
  nowMs: number;
}

/** Pure. */
export function describeAccess(facts: AccessFacts): MicrosoftAccess {
  const { settings, tenant, known, profiles, nowMs, url = publicUrl(settings) } = facts;
  const applications = accessKinds.map((access): ShownApplication => {
    const clientId = clientIdOf(settings, access);
    // What was seen of another registration says nothing of this one.
    const seen = known.find((one) => one.access === access && one.clientId === clientId);
    const { checkedAt = null, consentedAt = null, roles = [], error = null } = seen ?? {};
    const asked = { graphTenantId: tenant.graph_tenant_id, redirectUri: `${url}${consentCallback}`, state: undefined };
    const link = clientId === null ? null : consentAddress({ ...settings.graph, ...asked, clientId });
    return { access, clientId, checkedAt, consentedAt, roles: [...roles], error, link };
  });
  const rolesBy = applications.map(({ roles }) => roles);
  return {
    access: accessOf(applications),
    arriving: arrivingOf(applications, nowMs),
    page: `${url}${accessPath(tenant)}`,
    applications,
    permissions: permissionUses.map((use) => ({
      ...{ permission: use.permission, access: use.access, why: use.why, when: use.when },
      profiles: profilesAsking(use, profiles),
      isGranted: rolesBy.some((roles) => lackingOf([use.anyOf], roles).length === 0),
    })),
  };
}

export function clientIdOf({ graph }: Pick<RelaySettings, 'graph'>, access: AccessKind): string | null {
  return (access === 'read' ? graph.readerClientId : graph.clientId) ?? null;
}

function accessOf(applications: readonly ShownApplication[]): MicrosoftAccess['access'] {
  if (applications.every(({ checkedAt }) => checkedAt === null)) return 'unknown';
  const writes = applications.some(({ access, roles }) => access === 'write' && isEnough('write', roles));
  if (writes) return 'write';
  return applications.some(({ roles }) => isEnough('read', roles)) ? 'read' : 'none';
}

/** Whether these permissions are what a consent of this kind is for, apart from what only some profiles need. */
export function isEnough(access: AccessKind, roles: readonly string[]): boolean {
  return lackingOf(access === 'read' ? toRead : alwaysNeeded, roles).length === 0;
}

function arrivingOf(applications: readonly ShownApplication[], nowMs: number): AccessKind | null {
  const arriving = applications.find(({ access, consentedAt, roles }) => {
    const isRecent = consentedAt !== null && nowMs - Date.parse(consentedAt) < arrivingMs;
    return isRecent && !isEnough(access, roles);
  });
  return arriving?.access ?? null;
}

function profilesAsking({ when }: PermissionUse, profiles: readonly Profile[]): string[] {
  const option = [...neededByOptions.keys()].find(({ field }) => field === when);
  return option === undefined ? [] : profiles.filter(option.isSet).map(({ name }) => name);
}
