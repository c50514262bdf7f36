/** The whole tenant in memory, and the few operations that involve more than one object. No validation: see graph/. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../../../shared/clock.ts';
import { type Bag, isBag, type Json } from '../json.ts';
import type { Random } from '../random.ts';
import type { Entity, Group, School, Tenant, User } from './entities.ts';
import { LinkLog, type Relation } from './links.ts';
import { Table } from './table.ts';
import { Teams } from './teams.ts';
import { type TenantRules, usualRules } from './tenant-rules.ts';

export interface DirectoryOptions {
  tenant: Tenant;
  clock: Clock;
  random: Random;
  /** A new object may stay invisible for up to this many milliseconds. */
  lag: number;
  /** The same for the Teams service and a new group. */
  teamLag: number;
  /** How long creating a team takes, in milliseconds. */
  teamDuration: number;
}

export class Directory {
  readonly tenant: Tenant;
  readonly users = new Table<User>(['userPrincipalName', 'mail', 'mailNickname', 'employeeId', 'proxyAddresses']);
  readonly groups = new Table<Group>(['mailNickname', 'externalId', 'uniqueName', 'proxyAddresses']);
  readonly schools = new Table<School>(['externalId']);
  /**
   * Addresses of mail contacts, in lower case: Exchange keeps them, and an application without OrgContact.Read.All
   * cannot see them.
   */
  readonly contacts = new Set<string>();
  /** Users and groups that can be restored, by id. */
  readonly deleted = new Map<string, User | Group>();
  readonly teams: Teams;
  /** Fingerprints of passwords, by account: nobody can read a password, but a test can try one. */
  readonly #passwords = new WeakMap<User, string>();
  readonly links: LinkLog;
  /** How many objects a delta page has unless the client asks for another number. The control API may change it. */
  deltaPage = 200;
  readonly clock: Clock;
  readonly random: Random;
  /** How many objects the tenant may hold: 300,000 with a verified domain. The control API may change it. */
  quota = 300_000;
  /** In milliseconds; the control API may change it. */
  lag: number;
  readonly rules: TenantRules = usualRules();

  constructor(options: DirectoryOptions) {
    this.tenant = options.tenant;
    this.clock = options.clock;
    this.random = options.random;
    this.lag = options.lag;
    this.links = new LinkLog(options.clock, options.random);
    this.teams = new Teams(options);
  }

  /**
   * Updates the directory to the current time: finished teams appear on their groups, and archived ones as archived.
   */
  catchUp(): void {
    this.teams.settle((group) => this.addTeam(group));
  }

  /** A class team waits for a teacher; any other team has its members at once. */
  addTeam(group: Group): void {
    group.isLimitedToOwners = group.isClass;
    group.hasStudents = !group.isClass;
    this.groups.update(group, { resourceProvisioningOptions: ['Team'] });
  }

  /**
   * Whether a reader sees the object yet. Graph answers reads from any replica, so for a while after a successful
   * create the object may be missing; the moment is drawn once per object, at creation.
   */
  isVisible(entity: Entity): boolean {
    return entity.visibleAt === 0 || entity.visibleAt <= this.clock.now();
  }

  /** @param at how an administrator's edit differs from an API call: `once` is visible to everyone immediately. */
  addUser(props: Bag, at: 'once' | 'lagging', id = this.random.guid()): User {
    props.primaryRole ??= 'none';
    props.userType ??= 'Member';
    const user: User = {
      ...this.#blank(id, props, at),
      kind: 'user',
      protection: undefined,
      memberOf: new Set(),
      ownerOf: new Set(),
      schools: new Set(),
    };
    this.users.insert(user);
    return user;
  }

  /** Whether there is room for one more object. Deleted objects count until they are gone for good. */
  hasRoom(): boolean {
    return this.users.size + this.groups.size + this.schools.size + this.deleted.size < this.quota;
  }

  setPassword(user: User, password: string): void {
    this.#passwords.set(user, fingerprint(password));
  }

  /** Whether the account could sign in with this password. */
  hasPassword(user: User, password: string): boolean {
    return this.#passwords.get(user) === fingerprint(password);
  }

  addGroup(props: Bag, isClass: boolean, at: 'once' | 'lagging' = 'lagging', id = this.random.guid()): Group {
    const group: Group = {
      ...this.#blank(id, props, at),
      kind: 'group',
      isClass,
      protection: undefined,
      members: new Set(),
      owners: new Set(),
      schools: new Set(),
      inTeamsAt: at === 'once' ? 0 : undefined,
      teamOperations: [],
      isArchived: false,
      isLimitedToOwners: false,
      hasStudents: false,
    };
    this.groups.insert(group);
    return group;
  }

  addSchool(props: Bag, at: 'once' | 'lagging' = 'lagging', id = this.random.guid()): School {
    const school: School = {
      ...this.#blank(id, props, at),
      kind: 'school',
      users: new Set(),
      classes: new Set(),
      seenFrom: new WeakMap(),
    };
    this.schools.insert(school);
    return school;
  }

  addLink(group: Group, relation: Relation, user: User, at: 'once' | 'lagging' = 'once'): void {
    group[relation].add(user);
    (relation === 'members' ? user.memberOf : user.ownerOf).add(group);
    this.#noteLink(group, relation, user, at);
  }

  removeLink(group: Group, relation: Relation, user: User, at: 'once' | 'lagging' = 'once'): void {
    group[relation].delete(user);
    (relation === 'members' ? user.memberOf : user.ownerOf).delete(group);
    this.#noteLink(group, relation, user, at);
  }

  /** Puts an account or a class into a school. Readers may not see it there for as long as a new object. */
  addToSchool(school: School, added: User | Group, at: 'once' | 'lagging' = 'once'): void {
    if (added.kind === 'user') school.users.add(added);
    else school.classes.add(added);
    added.schools.add(school);
    school.seenFrom.set(added, at === 'once' ? 0 : this.clock.now() + this.random.next() * this.lag);
  }

  removeFromSchool(school: School, gone: User | Group): void {
    if (gone.kind === 'user') school.users.delete(gone);
    else school.classes.delete(gone);
    gone.schools.delete(school);
  }

  /** Whether a reader sees by now that it is in the school. */
  isSeenIn(school: School, entity: User | Group): boolean {
    return (school.seenFrom.get(entity) ?? 0) <= this.clock.now();
  }

  /** Soft delete: restorable for 30 days; memberships and licenses end at once. */
  deleteUser(user: User): void {
    for (const group of [...user.memberOf]) this.removeLink(group, 'members', user);
    for (const group of [...user.ownerOf]) this.removeLink(group, 'owners', user);
    for (const school of user.schools) school.users.delete(user);
    user.schools.clear();
    for (const skuId of assignedSkus(user)) this.countSeats(skuId, -1);
    delete user.props.assignedLicenses;
    this.users.remove(user, 'changed');
    this.#keepDeleted(user);
  }

  deleteGroup(group: Group): void {
    for (const user of [...group.members]) this.removeLink(group, 'members', user);
    for (const user of [...group.owners]) this.removeLink(group, 'owners', user);
    for (const school of group.schools) school.classes.delete(group);
    group.schools.clear();
    this.groups.remove(group, 'changed');
    this.#keepDeleted(group);
  }

  /** Administrative units are deleted for good; the people and classes in them stay. */
  deleteSchool(school: School): void {
    for (const user of school.users) user.schools.delete(school);
    for (const group of school.classes) group.schools.delete(school);
    school.users.clear();
    school.classes.clear();
    this.schools.remove(school, 'deleted');
  }

  restore(entity: User | Group): void {
    this.deleted.delete(entity.id);
    delete entity.props.deletedDateTime;
    if (entity.kind === 'user') this.users.insert(entity);
    else this.groups.insert(entity);
  }

  purge(entity: User | Group): void {
    this.deleted.delete(entity.id);
    if (entity.kind === 'user') this.users.forget(entity, 'deleted');
    else this.groups.forget(entity, 'deleted');
  }

  countSeats(skuId: string, change: number): void {
    const sku = this.tenant.skus.get(skuId);
    if (sku !== undefined) sku.consumed += change;
  }

  #blank(id: string, props: Bag, at: 'once' | 'lagging'): Entity {
    const now = this.clock.now();
    props.createdDateTime ??= `${new Date(now).toISOString().slice(0, 19)}Z`;
    const visibleAt = at === 'once' || this.lag === 0 ? 0 : now + this.random.next() * this.lag;
    return {
      id,
      props,
      visibleAt,
      createdAt: now,
      ordinal: 0,
      changed: 0,
      edited: 0,
      came: 0,
      edits: undefined,
      removed: undefined,
    };
  }

  #noteLink(group: Group, relation: Relation, user: User, at: 'once' | 'lagging'): void {
    const seq = this.groups.touchLinks(group);
    const added = group[relation].has(user);
    this.links.note(group, { relation, user, added, seq }, at === 'once' ? 0 : this.lag);
  }

  #keepDeleted(entity: User | Group): void {
    entity.props.deletedDateTime = `${new Date(this.clock.now()).toISOString().slice(0, 19)}Z`;
    this.deleted.set(entity.id, entity);
  }
}

/** Lower-case ids of the SKUs that an account holds. */
export function assignedSkus(user: User): string[] {
  const licenses: Json = user.props.assignedLicenses ?? [];
  if (!Array.isArray(licenses)) return [];
  return licenses.flatMap((license) => (isBag(license) ? [String(license.skuId).toLowerCase()] : []));
}

function fingerprint(password: string): string {
  return createHash('sha256').update(password).digest('base64');
}
