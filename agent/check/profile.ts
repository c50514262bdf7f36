/**
 * Does the installed plugin read what the profiles ask for, where that depends on a plugin option or its version? Pure.
 */
import { type NamedProperty, propertiesOf } from '../../shared/properties.ts';
import { type Kind, kinds, preRegisteredMark } from '../../shared/roster.ts';
import type { Check, Reads } from './finding.ts';
import { notTried, pass, type Verdict, warn } from './step.ts';

export const profileCheckName = 'profile';

/** Something that a plugin may lack. Its column has a value in every row, so one row shows whether it is read. */
interface Choice {
  kind: Kind;
  field: string;
  what: string;
  /** Whether an option adds it to the plugin: then it is useless unless a profile asks for it. */
  isChosen: boolean;
  inRest: boolean;
  /** The command that writes a plugin with it. */
  command: string;
}

const choices: readonly Choice[] = [
  {
    ...{ kind: 'student', field: preRegisteredMark, what: 'pre-registered students (Enroll_Status -1)' },
    ...{ isChosen: true, inRest: true, command: 'hallpass-agent plugin --pre-registered' },
  },
  ...kinds.flatMap((kind) => propertiesOf(kind).flatMap((property) => choiceOf(kind, property))),
];

/** What every plugin and `/ws/v1` have is not a choice. */
function choiceOf(kind: Kind, { name, column, rest, onlyAlso }: NamedProperty): Choice[] {
  const isChosen = onlyAlso === true;
  if (!isChosen && rest.length > 0) return [];
  const command = `hallpass-agent plugin${isChosen ? ` --also ${name}` : ''}`;
  return [{ kind, field: name, what: column ?? name, isChosen, inRest: rest.length > 0, command }];
}

type Finding = 'read' | 'not read' | 'not known' | 'not in /ws/v1';

export function profileCheck(reads: Reads): Check {
  const { source, wanted } = reads;
  if (wanted === undefined) return notTried(profileCheckName, 'relay.identity');
  if (source === undefined) return notTried(profileCheckName, 'powerschool.queries');
  if (wanted === 'unsaid') {
    return {
      name: profileCheckName,
      ...pass('The relay is older than this check and does not say what its profiles need.'),
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
  const idle = found.filter(
    (one) => source === 'powerquery' && !one.isWanted && one.choice.isChosen && one.finding === 'read',
  );
  const left = idle.length === 0 ? '' : ` ${leftOut(idle.map(({ choice }) => choice))}`;
  return { name: profileCheckName, ...pass(`The plugin reads what profiles ask for${also}.${left}`) };
}

/** A sentence about what the plugin has and no profile asks for. */
function leftOut(idle: readonly Choice[]): string {
  const isOne = idle.length === 1 && idle[0]?.field !== preRegisteredMark;
  const [them, they] = isOne ? ['it', 'it is'] : ['them', 'they are'];
  const what = idle.map((choice) => choice.what).join(' and ');
  return `The plugin reads ${what}, too: no profile asks for ${them}, and ${they} left out.`;
}

function findingOf({ source, columns }: Reads, { kind, field, inRest }: Choice): Finding {
  if (source === 'rest') return inRest ? 'read' : 'not in /ws/v1';
  const ofKind = columns.get(kind);
  if (ofKind === undefined) return 'not known';
  return ofKind.has(field.toLowerCase()) ? 'read' : 'not read';
}

function lack({ what, kind, command }: Choice, finding: Finding): Verdict {
  if (finding === 'not known') {
    const fact = `A profile asks for ${what}. It is unknown whether the plugin reads that: PowerSchool shows no ${kind}.`;
    return warn(fact, `Check again when PowerSchool has a ${kind} in one of its first schools.`);
  }
  if (finding === 'not in /ws/v1') {
    const action = `Install the plugin written by "${command}", or ask the relay operator to remove it from the profile.`;
    return warn(`A profile asks for ${what}, which /ws/v1 does not have.`, action);
  }
  const action = `Write the plugin again with "${command}" and the other options that it was written with, and install it in PowerSchool as an update: client id and secret stay. Or ask the relay operator to remove it from the profile.`;
  return warn(`A profile asks for ${what}, which the installed plugin does not read.`, action);
}
