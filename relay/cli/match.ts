import { type Command, Option } from 'commander';
import { describeRule } from '../identity/match.ts';
import { type MatchExample, type MatchOutcome, outcomes, type RolePreview } from '../identity/match-preview.ts';
import type { Role } from '../model/role.ts';
import { actorOf, type CliContext, printJson, printTable, withApp } from './context.ts';

const roles = ['students', 'teachers'] as const;

interface MatchOptions {
  role?: Role;
  profile?: string;
  all?: true;
  json?: true;
}

/** What every identity rule would find, so that people can choose one by its result. */
export function matchCommand(command: Command, context: CliContext): void {
  command
    .argument('<tenant>', 'slug or id of the district')
    .addOption(new Option('--role <role>', 'only students, or only teachers').choices(roles))
    .option('--profile <name>', 'only people of this profile')
    .option('--all', 'include rules that match nobody')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Compares the people whom agents have sent with the current directory; changes nothing. Agents send the sources
that the profile's rules use; with "identity": {"compareAll": true} in the profile they send every source.

Example:
  hallpass-relay match contoso --role students`,
    )
    .action(async (name: string, options: MatchOptions) => {
      const { previewTenant } = await import('../app/queries/match.ts');
      const wanted = { roles: options.role === undefined ? roles : [options.role], profile: options.profile };
      const previews = await withApp(context, (app) => previewTenant(app, actorOf(context), name, wanted));
      if (options.json) return printJson(context, { roles: previews });
      for (const one of previews) printPreview(context, one, options.all === true);
    });
}

const headings: Record<MatchOutcome, string> = {
  matched: 'MATCHED',
  ambiguous: 'AMBIGUOUS',
  claimedTwice: 'CLAIMED TWICE',
  excluded: 'EXCLUDED',
  unmatched: 'UNMATCHED',
  withoutValue: 'WITHOUT VALUE',
};

function printPreview(
  context: CliContext,
  { role, people, rules, recommended, emptySources }: RolePreview,
  all: boolean,
) {
  const { out } = context;
  out.write(`${people} ${role}\n`);
  const shown = rules.filter(
    ({ counts }) => all || counts.matched + counts.ambiguous + counts.claimedTwice + counts.excluded > 0,
  );
  if (shown.length > 0) {
    const columns = outcomes.filter(
      (outcome) => outcome !== 'excluded' || shown.some(({ counts }) => counts.excluded > 0),
    );
    printTable(
      context,
      ['', 'RULE', ...columns.map((outcome) => headings[outcome])],
      shown.map(({ rule, counts }) => [
        rule === recommended ? '★' : '',
        describeRule(rule),
        ...columns.map((outcome) => String(counts[outcome])),
      ]),
    );
  }
  const best = rules.find(({ rule }) => rule === recommended);
  if (best === undefined) out.write('No rule matches anybody.\n');
  else {
    out.write(`\nRecommended: ${describeRule(best.rule)}\n`);
    for (const outcome of outcomes) {
      if (outcome === 'matched' || best.examples[outcome].length === 0) continue;
      out.write(`  ${outcome}: ${best.examples[outcome].map(describeExample).join('; ')}\n`);
    }
  }
  if (emptySources.length > 0) {
    out.write(
      `Nobody has ${emptySources.join(', ')}: empty in PowerSchool, or not asked for by the profile.\n  → With "identity": {"compareAll": true} in the profile, agents send them all.\n`,
    );
  }
  out.write('\n');
}

function describeExample({ subject, value, accounts }: MatchExample): string {
  return [subject, value, accounts && `(${accounts.join(', ')})`].filter((part) => part !== undefined).join(' ');
}
