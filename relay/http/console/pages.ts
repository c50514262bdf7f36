/** Every page of the console, in the order of the navigation. */
import { overviewPage } from './pages/district.ts';
import { fleetPage } from './pages/fleet.ts';
import { mePage } from './pages/me.ts';
import { signInProviderPage } from './pages/sign-in-provider.ts';
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
  districtUsersPage,
];
