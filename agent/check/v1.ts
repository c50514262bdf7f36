/** Without PowerQueries: may the plugin read /ws/v1, and does each list return a row? Shows nothing from the rows. */
import type { Metadata, Paged } from '../powerschool/metadata.ts';
import type { ListRequest, V1Client } from '../powerschool/rest/v1-client.ts';
import { textAt } from '../powerschool/rest/v1-json.ts';
import { pass, type Verdict, warn } from './step.ts';

const lists: readonly Paged[] = ['term', 'section', 'student', 'staff'];

/**
 * Requests one row from each list of the first school; the value is how many lists answered.
 *
 * @throws HallpassError POWERSCHOOL_V1_DENIED and the other errors of a request
 */
export async function tryLists(client: V1Client, signal: AbortSignal): Promise<Verdict & { value: number }> {
  const one = (request: ListRequest) => client.page(request, { number: 1, size: 1 }, signal);
  const verdict = pass('The plugin may read /ws/v1.');
  const [school] = await one({ path: 'district/school', resource: 'school' });
  if (school === undefined) return { ...verdict, value: 0 };
  const id = textAt(school, 'id') ?? '';
  for (const resource of lists) await one({ path: `school/${id}/${resource}`, resource });
  return { ...verdict, value: 1 + lists.length };
}

export function listsVerdict(answered: number): Verdict {
  if (answered === 0) {
    const action = 'Check whether the schools of the district are in this PowerSchool.';
    return warn('/ws/v1 answers, but PowerSchool shows no school.', action);
  }
  return warn(
    `${answered} lists of /ws/v1 answer. It does not know co-teachers.`,
    'To have co-teachers and faster cycles, install the plugin written by "hallpass-agent plugin" without --variant.',
  );
}

/** Each plugin has its own limits, which the administrator sets on its Data Configuration page. */
export function pagesVerdict(metadata: Metadata): Verdict {
  const limits = ([...lists, 'school', 'section_enrollment'] as const).map((resource) => metadata.pageLimit(resource));
  const [least, most] = [Math.min(...limits), Math.max(...limits)];
  return pass(
    `PowerSchool gives this plugin ${least === most ? least : `${least} to ${most}`} rows per page of /ws/v1.`,
  );
}
