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

/** What the guard holds, and the decisions about it. A running relay acts on them within seconds. */
export function holdsCommands(holds: Command, context: CliContext): void {
  holds
    .command('list')
    .description('list the holds: why, and what happens if you approve')
    .argument('<tenant>', 'slug or id of the district')
    .option('--profile <name>', 'only this profile')
    .option('--json', 'print JSON')
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
    .description('approve holds: up to a tenth more operations than now may proceed')
    .argument('<tenant>', 'slug or id of the district')
    .argument('[hold]', 'its key, from "holds list"; without it, every undecided hold')
    .option('--profile <name>', 'only this profile')
    .option('--limit <operations>', 'approve this many operations instead of as many as are held now', operationCount)
    .option('--until <time>', 'how long the approval lasts: 36h, 7d or 2026-08-20', (text) =>
      momentAfter(text, context.clock.now()),
    )
    .addHelpText(
      'after',
      '\nExample:\n  hallpass-relay holds approve contoso removeMember:12:share --until 36h --note "Year rollover"',
    )
    .action(async (tenant: string, key: string | undefined, options: ApproveOptions) => {
      await decideAndShow(context, { tenant, key, state: 'approved' }, options);
    });
  noted(holds.command('reject'))
    .description('reject holds: their operations stay held, and are not reported again until the cause changes')
    .argument('<tenant>', 'slug or id of the district')
    .argument('[hold]', 'its key, from "holds list"; without it, every undecided hold')
    .option('--profile <name>', 'only this profile')
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
  const { profile, key, kind, schoolId, count, earlier, reason, effect, state, firstSeen, expiresAt } = hold;
  const { decidedBy, decidedAt } = hold;
  const where = schoolId === otherSchools ? 'several schools' : `school ${schoolId}`;
  const after = earlier === 0 ? '' : `, after ${earlier} within 24 hours,`;
  const decision = decidedBy === null ? '' : ` by ${decidedBy} at ${decidedAt}`;
  const end = expiresAt === null ? '' : `, ${state === 'approved' ? 'ends' : 'reported again'} ${expiresAt}`;
  const people = hold.sample.map((one) => one.person ?? one.key);
  return `${key}  ${state}${decision}
  ${count} × ${kind}${after} in ${where}, profile "${profile}", held since ${firstSeen}${end}
  ${reason}
  If approved: ${effect}
  For instance: ${people.join(', ')}
`;
}
