/** All parts of Graph v1.0 that the simulator knows; anything else is answered with 501. */
import type { Directory } from '../directory/directory.ts';
import type { Bag } from '../json.ts';
import type { DeltaEpoch } from './delta.ts';
import { addDirectoryObjectRoutes } from './directory-objects.ts';
import { addClassRoutes } from './education-classes.ts';
import { addSchoolRoutes } from './education-schools.ts';
import { addEducationUserRoutes } from './education-users.ts';
import { addGroupLicenseRoutes } from './group-licenses.ts';
import { addGroupRelationRoutes } from './group-relations.ts';
import { addGroupRoutes } from './groups.ts';
import { addLicenseRoutes } from './licenses.ts';
import { Router } from './router.ts';
import { addTeamRoutes } from './teams.ts';
import { addTenantRoutes } from './tenant.ts';
import { addUserRoutes } from './users.ts';

/** @param clientId the app that `createdBy` names */
export function graphRouter(directory: Directory, epoch: DeltaEpoch, clientId: string): Router {
  const router = new Router();
  const createdBy = (): Bag => ({ application: { id: clientId, displayName: 'Hallpass' } });
  addUserRoutes(router, directory, epoch);
  addGroupRoutes(router, directory, epoch);
  addGroupRelationRoutes(router, directory);
  addEducationUserRoutes(router, directory, epoch);
  addSchoolRoutes(router, directory, epoch, createdBy);
  addClassRoutes(router, directory, epoch, createdBy);
  addLicenseRoutes(router, directory);
  addGroupLicenseRoutes(router, directory);
  addTeamRoutes(router, directory);
  addTenantRoutes(router, directory);
  addDirectoryObjectRoutes(router, directory);
  return router;
}
