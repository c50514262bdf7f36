/** Does the installed plugin read what the profiles ask for, where a choice of the plugin or its version decides? Pure. */
import { type Kind, preRegisteredMark } from '../../shared/roster.ts';
import type { Check, Reads } from './finding.ts';
import { notTried, pass, type Verdict, warn } from './step.ts';

export const profileCheckName = 'profile';

/** What a plugin may be without. Its column has a value in every row, so that one row shows whether it is read. */
interface Choice {
  kind: Kind;
  field: string;
  what: string;
  /** Whether `/ws/v1` has it. */
  inRest: boolean;
  /** How the plugin is written so that it reads it. */
  command: string;
}

const choices: readonly Choice[] = [
  {
    ...{ kind: 'student', field: preRegisteredMark, what: 'pre-registered students (Enroll_Status -1)', inRest: true },
    command: 'hallpass-agent plugin --pre-registered',
  },
  {
    ...{ kind: 'section', field: 'localId', what: 'SECTIONS.ID', inRest: false },
    command: 'hallpass-agent plugin',
  },
];

type Finding = 'read' | 'not read' | 'not known' | 'not in /ws/v1';

export function profileCheck(reads: Reads): Check {
  const { source, wanted } = reads;
  if (wanted === undefined) return notTried(profileCheckName, 'relay.identity');
  if (source === undefined) return notTried(profileCheckName, 'powerschool.queries');
  if (wanted === 'unsaid') {
    return {
      name: profileCheckName,
      ...pass('The relay is older than this check and does not say what its profiles ask for.'),
    };
  }
  const found = choices.map((choice) => ({
    choice,
    isWanted: wanted[choice.kind]?.includes(choice.field) === true,
    finding: findingOf(reads, choice),
  }));
  const asked = found.filter((one) => one.isWanted);
  const [lacking] = asked.filter(({ finding }) => finding !== 'read');
  if (lacking !== undefined) return { name: profileCheckName, ...lack(lacking.choice, lacking.finding) };
  const named = asked.map(({ choice }) => choice.what).join(' and ');
  const also = named === '' ? '' : `, with ${named}`;
  const [idle] = found.filter(
    (one) =>
      source === 'powerquery' && !one.isWanted && one.choice.field === preRegisteredMark && one.finding === 'read',
  );
  const left =
    idle === undefined
      ? ''
      : ` The plugin reads ${idle.choice.what}, too: no profile asks for them, and they are left out.`;
  return { name: profileCheckName, ...pass(`What profiles ask for is read${also}.${left}`) };
}

function findingOf({ source, columns }: Reads, { kind, field, inRest }: Choice): Finding {
  if (source === 'rest') return inRest ? 'read' : 'not in /ws/v1';
  const ofKind = columns.get(kind);
  if (ofKind === undefined) return 'not known';
  return ofKind.has(field.toLowerCase()) ? 'read' : 'not read';
}

function lack({ what, kind, command }: Choice, finding: Finding): Verdict {
  if (finding === 'not known') {
    const fact = `A profile asks for ${what}. Whether the plugin reads that is not known: PowerSchool shows no ${kind}.`;
    return warn(fact, `Check again when PowerSchool has a ${kind} in one of its first schools.`);
  }
  if (finding === 'not in /ws/v1') {
    const action = `Install the plugin written by "${command}", or ask the operator of the relay to do without it in the profile.`;
    return warn(`A profile asks for ${what}, which /ws/v1 does not have.`, action);
  }
  const action = `Write the plugin again with "${command}" and the other options that it was written with, and install it in PowerSchool as an update: client id and secret stay. Or ask the operator of the relay to do without it in the profile.`;
  return warn(`A profile asks for ${what}, which the installed plugin does not read.`, action);
}
