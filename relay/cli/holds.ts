import type { Command } from 'commander';
import { decide, type HoldDecision } from '../app/commands/holds.ts';
import { holdsNow } from '../app/queries/holds.ts';
import { isOpen, otherSchools } from '../model/hold.ts';
import type { StoredHold } from '../store/guard/holds.ts';
import { needProfile } from '../store/profiles/profiles.ts';
import { actorOf, askDistrict, type CliContext, type Noted, noted, printJson, withApp } from './context.ts';
import { operationCount } from './numbers.ts';
import { momentAfter } from './times.ts';

interface ApproveOptions extends Noted {
  profile?: string;
  limit?: number;
  until?: string;
}

/** What the guard holds back, and the decisions about it. A running relay acts on them within seconds. */
export function holdsCommands(program: Command, context: CliContext): void {
  const holds = program.command('holds').description('what is held back in a district, and deciding about it');
  holds
    .command('list')
    .description('what is held, why, and what would happen')
    .argument('<tenant>', 'slug or id')
    .option('--profile <name>', 'of one profile alone')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay holds list contoso')
    .action(async (tenant: string, options: { profile?: string; json?: true }) => {
      const answer = await askDistrict(context, { question: 'holds', tenant }, async (scope, { slug }) => {
        const found = await holdsNow(scope, options.profile);
        if (found.holds.length === 0) await needProfile(scope, slug, options.profile);
        return found;
      });
      if (options.json) return printJson(context, answer);
      const { holds: all } = answer;
      if (all.length === 0) context.out.write('Nothing is held.\n');
      for (const hold of all) context.out.write(describe(hold));
      if (all.some(isOpen)) context.out.write(`\n→ hallpass-relay holds approve ${tenant} [HOLD], or reject\n`);
    });
  noted(holds.command('approve'))
    .description('let what is held proceed, as it is now and up to a tenth more')
    .argument('<tenant>', 'slug or id')
    .argument('[hold]', 'as listed; without it, everything that has no decision yet')
    .option('--profile <name>', 'of one profile alone')
    .option('--limit <operations>', 'so many operations instead of as many as are held now', operationCount)
    .option('--until <time>', 'how long: 36h, 7d or 2026-08-20', (text) => momentAfter(text, context.clock.now()))
    .addHelpText(
      'after',
      '\nExample:\n  hallpass-relay holds approve contoso removeMember:12:share --until 36h --note "Year rollover"',
    )
    .action(async (tenant: string, key: string | undefined, options: ApproveOptions) => {
      await decideAndShow(context, { tenant, key, state: 'approved' }, options);
    });
  noted(holds.command('reject'))
    .description('keep it held, without being told again until the cause changes')
    .argument('<tenant>', 'slug or id')
    .argument('[hold]', 'as listed; without it, everything that has no decision yet')
    .option('--profile <name>', 'of one profile alone')
    .addHelpText('after', '\nExample:\n  hallpass-relay holds reject contoso removeMember:12:share')
    .action(async (tenant: string, key: string | undefined, options: ApproveOptions) => {
      await decideAndShow(context, { tenant, key, state: 'rejected' }, options);
    });
}

async function decideAndShow(
  context: CliContext,
  asked: Pick<HoldDecision, 'tenant' | 'key' | 'state'>,
  { profile, limit, until, ...noted }: ApproveOptions,
): Promise<void> {
  const actor = actorOf(context, noted);
  const decided = await withApp(context, (app) => decide(app, actor, { ...asked, profile, limit, until }));
  if (decided.length === 0) context.out.write('Nothing waits for a decision.\n');
  for (const { key, decidedCount, expiresAt } of decided) {
    const until =
      expiresAt === null ? 'until the cause changes' : `up to ${decidedCount} operations until ${expiresAt}`;
    context.out.write(`${asked.state} ${key}, ${until}\n`);
  }
}

function describe(hold: StoredHold): string {
  const { profile, key, kind, schoolId, count, reason, effect, state, firstSeen, expiresAt, decidedBy, decidedAt } =
    hold;
  const where = schoolId === otherSchools ? 'several schools' : `school ${schoolId}`;
  const decision = decidedBy === null ? '' : ` by ${decidedBy} at ${decidedAt}`;
  const end = expiresAt === null ? '' : `, ${state === 'approved' ? 'ends' : 'reported again'} ${expiresAt}`;
  const people = hold.sample.map((one) => one.person ?? one.key);
  return `${key}  ${state}${decision}
  ${count} × ${kind} in ${where}, profile "${profile}", held since ${firstSeen}${end}
  ${reason}
  If approved: ${effect}
  For instance: ${people.join(', ')}
`;
}
