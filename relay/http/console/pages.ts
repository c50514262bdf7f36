/** Every page of the console, in the order of the navigation, whose bar has the first ones and whose menu the others. */

import { addDistrictPage } from './pages/add-district.ts';
import { agentPage, agentsPage } from './pages/agents.ts';
import { alertsPage, districtAlertsPage } from './pages/alerts.ts';
import { auditPage, districtAuditPage } from './pages/audit.ts';
import { blackoutsPage } from './pages/blackouts.ts';
import { classPage } from './pages/class.ts';
import { exemptPage } from './pages/exempt.ts';
import { fleetPage } from './pages/fleet.ts';
import { holdsPage } from './pages/holds.ts';
import { homePage } from './pages/home.ts';
import { mePage } from './pages/me.ts';
import { microsoftPage } from './pages/microsoft.ts';
import { overviewPage } from './pages/overview.ts';
import { passwordsPage } from './pages/passwords.ts';
import { peoplePage } from './pages/people.ts';
import { personPage } from './pages/person.ts';
import { previewPage } from './pages/preview.ts';
import { problemsPage } from './pages/problems.ts';
import { profilesPage } from './pages/profiles.ts';
import { provisioningPage, provisionPage } from './pages/provision.ts';
import { runPage } from './pages/run.ts';
import { runsPage } from './pages/runs.ts';
import { districtSettingsPage, settingsPage } from './pages/settings.ts';
import { signInProviderPage } from './pages/sign-in-provider.ts';
import { teamsPage } from './pages/teams.ts';
import { tokensPage } from './pages/tokens.ts';
import { districtUsersPage, usersPage } from './pages/users.ts';
import type { Page } from './shell/page.ts';
import { wizardPages } from './wizard/wizard.ts';

export const pages: readonly Page[] = [
  // About the relay.
  fleetPage,
  addDistrictPage,
  alertsPage,
  auditPage,
  usersPage,
  signInProviderPage,
  settingsPage,
  mePage,
  // About one district.
  homePage,
  overviewPage,
  peoplePage,
  personPage,
  provisionPage,
  provisioningPage,
  classPage,
  problemsPage,
  runsPage,
  runPage,
  holdsPage,
  previewPage,
  profilesPage,
  ...wizardPages,
  agentsPage,
  agentPage,
  // In the menu: asked for less often.
  teamsPage,
  passwordsPage,
  exemptPage,
  blackoutsPage,
  microsoftPage,
  districtAlertsPage,
  districtAuditPage,
  districtUsersPage,
  tokensPage,
  districtSettingsPage,
];
