/** Who can sign in to the demo's console, and as what. */
import type { UserRole } from '../../relay/model/user-role.ts';
import { lakeside, riverbend, type Site, summit } from './sites.ts';

export interface DemoUser {
  id: string;
  name: string;
  email: string;
  role: UserRole;
  /** None for roles in every district. */
  site?: Site;
  /** What people read where they choose. */
  says: string;
}

const tid = 'a3d1c7de-64a9-4a53-9f2c-0f6f1c1f7a10';

export const operator: DemoUser = {
  id: 'kim',
  name: 'Kim Novak',
  email: 'kim@operator.example',
  role: 'operator',
  says: 'Operator: every district',
};

export const others: readonly DemoUser[] = [
  {
    id: 'dana',
    name: 'Dana Cole',
    email: `dana@${riverbend.domain}`,
    role: 'admin',
    site: riverbend,
    says: 'Microsoft 365 admin of Riverbend, which waits for a decision',
  },
  {
    id: 'lee',
    name: 'Lee Park',
    email: `lee@${summit.domain}`,
    role: 'viewer',
    site: summit,
    says: 'Viewer of Summit: sees all of it, and changes nothing',
  },
  {
    id: 'rosa',
    name: 'Rosa Mendez',
    email: `rosa@${lakeside.domain}`,
    role: 'registrar',
    site: lakeside,
    says: 'Registrar of Lakeside: what its PowerSchool lacks',
  },
  {
    id: 'sam',
    name: 'Sam Reed',
    email: `sam@${lakeside.domain}`,
    role: 'schoolViewer',
    site: lakeside,
    says: 'Office of one Lakeside school',
  },
];

/** As the simulated provider reads them; ids as Microsoft Entra has them. */
export function accountsOf(users: readonly DemoUser[]): object[] {
  return users.map(({ id, name, email, says }, at) => {
    const oid = `5b0e6f2c-7d1a-4c55-8e3b-00000000000${at}`;
    return { id, name, email, tid, oid, says };
  });
}
