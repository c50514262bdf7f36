/** All routes of the API. */

import { accessRoutes } from './access-routes.ts';
import { alertRoutes } from './alert-routes.ts';
import { cloudRoutes } from './cloud-routes.ts';
import { exceptionRoutes } from './exception-routes.ts';
import { fleetRoute } from './fleet-route.ts';
import { passwordRoutes } from './password-routes.ts';
import { peopleRoutes } from './people-routes.ts';
import { profileRoutes } from './profile-routes.ts';
import { provisioningRoutes } from './provisioning-routes.ts';
import { questionRoutes } from './question-routes.ts';
import { relayRoutes } from './relay-routes.ts';
import type { Route } from './route.ts';
import { runRoutes } from './run-routes.ts';
import { tenantRoutes } from './tenant-routes.ts';

export const routes: readonly Route[] = [
  fleetRoute,
  ...tenantRoutes,
  ...relayRoutes,
  ...questionRoutes,
  ...profileRoutes,
  ...peopleRoutes,
  ...passwordRoutes,
  ...runRoutes,
  ...provisioningRoutes,
  ...accessRoutes,
  ...cloudRoutes,
  ...alertRoutes,
  ...exceptionRoutes,
];
