/** The districts of the demo. */

export interface Site {
  slug: string;
  name: string;
  /** Of its staff; students are in `students.DOMAIN`. */
  domain: string;
  /** Folder with the state of its agent, in the demo's. */
  agentHome: string;
  /** What follows the name of a program of this district: empty for the only one, or the main one. */
  of: string;
}

/** The one of which the oracle says what must be there. */
export const summit: Site = {
  slug: 'summit',
  name: 'Summit School District',
  domain: 'summit.example',
  agentHome: 'agent',
  of: '',
};

export const lakeside: Site = neighbor('lakeside', 'Lakeside');
export const riverbend: Site = neighbor('riverbend', 'Riverbend');

function neighbor(slug: string, place: string): Site {
  return {
    slug,
    name: `${place} Public Schools`,
    domain: `${slug}.example`,
    agentHome: `agent-${slug}`,
    of: ` of ${place}`,
  };
}
