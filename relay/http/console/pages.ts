/** Every page of the console, in the order of the navigation. */
import { overviewPage } from './pages/district.ts';
import { fleetPage } from './pages/fleet.ts';
import { mePage } from './pages/me.ts';
import type { Page } from './shell/page.ts';

export const pages: readonly Page[] = [
  // About the relay.
  fleetPage,
  mePage,
  // About one district.
  overviewPage,
];
