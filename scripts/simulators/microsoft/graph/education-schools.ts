/** `/education/schools`: administrative units with a school's data, and the people and classes in them. */
import type { Directory } from '../directory/directory.ts';
import type { Group, School, User } from '../directory/entities.ts';
import { badRequest, checkRoom, GraphError, notFound } from '../errors.ts';
import { type Bag, textOf } from '../json.ts';
import { created, noContent, ok } from './call.ts';
import { type DeltaEpoch, readDelta } from './delta.ts';
import { updated } from './education-users.ts';
import { countOf, listRelation, listTable, showOne } from './listing.ts';
import { classById, referenceIn, schoolById, userById } from './lookup.ts';
import { may } from './permissions.ts';
import { checkProperties, mergeComplex, type Resource, view } from './properties.ts';
import { classResource, educationUserResource, schoolResource } from './resources.ts';
import type { Router } from './router.ts';

/** A directory object can be in at most this many administrative units. */
const maxUnits = 30;

export function addSchoolRoutes(router: Router, directory: Directory, epoch: DeltaEpoch, createdBy: () => Bag): void {
  const { schools } = directory;
  const resource = schoolResource;
  const read = { area: 'education', method: 'GET', cost: 1, roles: may.readRoster } as const;
  const write = { area: 'education', cost: 1, roles: may.writeRoster } as const;
  const root = '/education/schools';
  router.add({ ...read, path: root, handle: (call) => listTable(call, directory, schools, resource) });
  router.add({ ...read, path: `${root}/$count`, handle: (call) => countOf(call, schools.size) });
  router.add({
    ...read,
    path: `${root}/delta`,
    handle: (call) => readDelta(call, directory, epoch, schools, resource, { reportsRemoved: true }),
  });
  router.add({
    ...read,
    path: `${root}/:id`,
    handle: (call) => showOne(call, schoolById(directory, call.params[0] ?? ''), resource),
  });
  router.add({
    ...read,
    path: `${root}/:id/administrativeUnit`,
    handle: (call) => {
      const { id, props } = schoolById(directory, call.params[0] ?? '');
      const displayName = textOf(props, 'displayName') ?? null;
      return ok({ id, deletedDateTime: null, displayName, description: textOf(props, 'description') ?? null });
    },
  });
  router.add({
    ...write,
    method: 'POST',
    path: root,
    handle: (call) => {
      const props = checkProperties(call.body, resource, 'create');
      checkRoom(directory);
      const school = directory.addSchool({ ...props, createdBy: createdBy() });
      return created(call, {
        '@odata.context': `${call.base}/$metadata#${root.slice(1)}/$entity`,
        ...view(school, resource),
      });
    },
  });
  router.add({
    ...write,
    method: 'PATCH',
    path: `${root}/:id`,
    handle: (call) => {
      const school = schoolById(directory, call.params[0] ?? '');
      schools.update(school, mergeComplex(checkProperties(call.body, resource, 'update'), school.props));
      return updated(call, school, resource);
    },
  });
  router.add({
    ...write,
    method: 'DELETE',
    path: `${root}/:id`,
    handle: (call) => {
      directory.deleteSchool(schoolById(directory, call.params[0] ?? ''));
      return noContent();
    },
  });
  addContents(router, directory, 'users', educationUserResource, (school) => school.users, userById);
  addContents(router, directory, 'classes', classResource, (school) => school.classes, classById);
}

/** `…/{id}/users` and `…/{id}/classes`: list, add and remove. */
function addContents<T extends User | Group>(
  router: Router,
  directory: Directory,
  name: 'users' | 'classes',
  resource: Resource,
  contents: (school: School) => Set<T>,
  find: (directory: Directory, id: string) => T,
): void {
  const path = `/education/schools/:id/${name}`;
  const write = { area: 'education', cost: 1, roles: may.writeRoster } as const;
  router.add({
    area: 'education',
    method: 'GET',
    cost: 1,
    roles: may.readRoster,
    path,
    handle: (call) => {
      const school = schoolById(directory, call.params[0] ?? '');
      const seen = [...contents(school)].filter((entity) => directory.isSeenIn(school, entity));
      return listRelation(call, directory, new Set(seen), resource, false);
    },
  });
  router.add({
    ...write,
    method: 'POST',
    path: `${path}/$ref`,
    handle: (call) => {
      const school = schoolById(directory, call.params[0] ?? '');
      const added = find(directory, referenceIn(call.body));
      if (contents(school).has(added)) {
        throw badRequest(
          "One or more added object references already exist for the following modified properties: 'members'.",
        );
      }
      if (added.schools.size >= maxUnits) {
        throw new GraphError(
          403,
          'Directory_QuotaExceeded',
          `An object can be in at most ${maxUnits} administrative units.`,
        );
      }
      directory.addToSchool(school, added, 'lagging');
      return noContent();
    },
  });
  router.add({
    ...write,
    method: 'DELETE',
    path: `${path}/:id/$ref`,
    handle: (call) => {
      const [schoolId = '', id = ''] = call.params;
      const school = schoolById(directory, schoolId);
      const gone = find(directory, id);
      if (!contents(school).has(gone)) throw notFound(id);
      directory.removeFromSchool(school, gone);
      return noContent();
    },
  });
}
