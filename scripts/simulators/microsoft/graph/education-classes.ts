/** `/education/classes`: Microsoft 365 groups with hidden membership and a class's data; teachers are their owners. */
import type { Directory } from '../directory/directory.ts';
import type { Group } from '../directory/entities.ts';
import type { Relation } from '../directory/links.ts';
import { checkRoom, denied } from '../errors.ts';
import type { Bag } from '../json.ts';
import { type Call, created, noContent } from './call.ts';
import { type DeltaEpoch, readDelta } from './delta.ts';
import { updated } from './education-users.ts';
import { checkGroupNames, completeGroup } from './group-rules.ts';
import { countOf, listRelation, listTable, showOne } from './listing.ts';
import { classById, referenceIn } from './lookup.ts';
import { bind, unbind } from './membership.ts';
import { checkNaming } from './naming-policy.ts';
import { may } from './permissions.ts';
import { checkProperties, mergeComplex, view } from './properties.ts';
import { checkMayChangeGroup } from './protection.ts';
import { classResource, educationUserResource, groupResource, schoolResource, sdsExtension } from './resources.ts';
import type { Router } from './router.ts';

export function addClassRoutes(router: Router, directory: Directory, epoch: DeltaEpoch, createdBy: () => Bag): void {
  const { groups } = directory;
  const resource = classResource;
  const read = { area: 'education', method: 'GET', cost: 1, roles: may.readRoster } as const;
  const write = { area: 'education', cost: 1, roles: may.writeRoster } as const;
  const root = '/education/classes';
  const isClass = (group: Group): boolean => group.isClass;
  router.add({ ...read, path: root, handle: (call) => listTable(call, directory, groups, resource, isClass) });
  router.add({
    ...read,
    path: `${root}/$count`,
    handle: (call) =>
      countOf(
        call,
        groups
          .values()
          .filter(isClass)
          .reduce((sum) => sum + 1, 0),
      ),
  });
  router.add({
    ...read,
    path: `${root}/delta`,
    handle: (call) => {
      return readDelta(call, directory, epoch, groups, resource, { include: isClass, reportsRemoved: false });
    },
  });
  router.add({
    ...read,
    path: `${root}/:id`,
    handle: (call) => showOne(call, classById(directory, call.params[0] ?? ''), resource),
  });
  router.add({
    ...read,
    path: `${root}/:id/group`,
    handle: (call) => showOne(call, classById(directory, call.params[0] ?? ''), groupResource),
  });
  router.add({
    ...read,
    path: `${root}/:id/schools`,
    handle: (call) =>
      listRelation(call, directory, classById(directory, call.params[0] ?? '').schools, schoolResource, false),
  });
  router.add({
    ...write,
    method: 'POST',
    path: root,
    handle: (call) => {
      const props = checkProperties(call.body, resource, 'create');
      checkGroupNames(directory, { ...classGroup, ...props });
      checkNaming(directory.rules.naming, props);
      checkRoom(directory);
      const group = directory.addGroup(
        { ...completeGroup(directory, { ...classGroup, ...props }), createdBy: createdBy() },
        true,
      );
      return created(call, {
        '@odata.context': `${call.base}/$metadata#${root.slice(1)}/$entity`,
        ...view(group, resource),
      });
    },
  });
  router.add({
    ...write,
    method: 'PATCH',
    path: `${root}/:id`,
    handle: (call) => {
      const group = classById(directory, call.params[0] ?? '');
      const patch = checkProperties(call.body, resource, 'update');
      checkMayChangeGroup(group);
      checkGroupNames(directory, patch, group);
      checkNaming(directory.rules.naming, patch);
      groups.update(group, mergeComplex(patch, group.props));
      return updated(call, group, resource);
    },
  });
  router.add({
    ...write,
    method: 'DELETE',
    path: `${root}/:id`,
    handle: (call) => {
      const group = classById(directory, call.params[0] ?? '');
      checkMayChangeGroup(group);
      directory.deleteGroup(group);
      return noContent();
    },
  });
  addPeople(router, directory, 'members', 'members');
  addPeople(router, directory, 'teachers', 'owners');
}

/** What makes a group a class, as School Data Sync's own scripts recognize one. */
export const classGroup: Bag = {
  groupTypes: ['Unified'],
  mailEnabled: true,
  securityEnabled: false,
  visibility: 'HiddenMembership',
  creationOptions: ['ExchangeProvisioningFlags:461', 'classAssignments'],
  [`${sdsExtension}ObjectType`]: 'Section',
};

function addPeople(router: Router, directory: Directory, name: 'members' | 'teachers', relation: Relation): void {
  const path = `/education/classes/:id/${name}`;
  const write = { area: 'education', cost: 1, roles: may.writeRoster } as const;
  /** A class's members are hidden: even adding one requires the permission to see them. */
  const classOf = (call: Call): Group => {
    if (relation === 'members' && !may.readHiddenMembers.some((role) => call.caller.roles.has(role))) {
      throw denied(may.readHiddenMembers);
    }
    return classById(directory, call.params[0] ?? '');
  };
  router.add({
    area: 'education',
    method: 'GET',
    cost: 1,
    roles: may.readRoster,
    path,
    handle: (call) =>
      listRelation(call, directory, directory.links.seen(classOf(call), relation), educationUserResource, false),
  });
  router.add({
    ...write,
    method: 'POST',
    path: `${path}/$ref`,
    handle: (call) => {
      bind(directory, classOf(call), { members: [], owners: [], [relation]: [referenceIn(call.body)] }, call.caller);
      return noContent();
    },
  });
  router.add({
    ...write,
    method: 'DELETE',
    path: `${path}/:id/$ref`,
    handle: (call) => {
      unbind(directory, classOf(call), relation, call.params[1] ?? '', call.caller);
      return noContent();
    },
  });
}
