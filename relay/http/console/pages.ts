/** Every page of the console, in the order of the navigation. */
import { classPage } from './pages/class.ts';
import { overviewPage } from './pages/district.ts';
import { fleetPage } from './pages/fleet.ts';
import { mePage } from './pages/me.ts';
import { passwordsPage } from './pages/passwords.ts';
import { peoplePage } from './pages/people.ts';
import { personPage } from './pages/person.ts';
import { problemsPage } from './pages/problems.ts';
import { signInProviderPage } from './pages/sign-in-provider.ts';
import { teamsPage } from './pages/teams.ts';
import { districtUsersPage, usersPage } from './pages/users.ts';
import type { Page } from './shell/page.ts';

export const pages: readonly Page[] = [
  // About the relay.
  fleetPage,
  usersPage,
  signInProviderPage,
  mePage,
  // About one district.
  overviewPage,
  peoplePage,
  personPage,
  classPage,
  problemsPage,
  teamsPage,
  passwordsPage,
  districtUsersPage,
];
