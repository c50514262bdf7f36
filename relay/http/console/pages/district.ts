/** The first page of a district. */
import { html } from 'ghtml';
import { describeFleet, fleetNow } from '../../../app/queries/fleet.ts';
import { districtPage } from '../shell/page.ts';

export const overviewPage = districtPage({
  path: '',
  needs: 'status',
  nav: 'Overview',
  title: 'Overview',
  refreshSeconds: 15,
  async load({ app, actor, tenant, nowMs }) {
    const { districts } = describeFleet(await fleetNow(app, actor), nowMs);
    return districts.find(({ slug }) => slug === tenant.slug)?.why ?? '';
  },
  render: (why) => html`<h1>${why}</h1>`,
});
