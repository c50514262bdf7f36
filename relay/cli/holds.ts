import type { Command } from 'commander';
import { timestamp } from '../../shared/clock.ts';
import { holdsNow } from '../app/queries/holds.ts';
import { isOpen, otherSchools } from '../model/hold.ts';
import { addDays } from '../plan/decisions.ts';
import { type Decision, decideHolds, type StoredHold } from '../store/guard/holds.ts';
import { needProfile, readProfiles } from '../store/profiles/profiles.ts';
import { byOption, type CliContext, printJson, readNamedTenant, withNamedTenant } from './context.ts';
import { operationCount } from './numbers.ts';
import { momentAfter } from './times.ts';

interface ApproveOptions {
  profile?: string;
  limit?: number;
  until?: string;
  by: string;
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
      const answer = await readNamedTenant(context, tenant, async (scope, { slug }) => {
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
  holds
    .command('approve')
    .description('let what is held proceed, as it is now and up to a tenth more')
    .argument('<tenant>', 'slug or id')
    .argument('[hold]', 'as listed; without it, everything that has no decision yet')
    .option('--profile <name>', 'of one profile alone')
    .option('--limit <operations>', 'so many operations instead of as many as are held now', operationCount)
    .option('--until <time>', 'how long: 36h, 7d or 2026-08-20', (text) => momentAfter(text, context.clock.now()))
    .addOption(byOption(context))
    .addHelpText(
      'after',
      '\nExample:\n  hallpass-relay holds approve contoso removeMember:12:share --until 36h --by "Kim Lee"',
    )
    .action(async (tenant: string, key: string | undefined, options: ApproveOptions) => {
      await decide(context, tenant, key, { state: 'approved', ...options });
    });
  holds
    .command('reject')
    .description('keep it held, without being told again until the cause changes')
    .argument('<tenant>', 'slug or id')
    .argument('[hold]', 'as listed; without it, everything that has no decision yet')
    .option('--profile <name>', 'of one profile alone')
    .addOption(byOption(context))
    .addHelpText('after', '\nExample:\n  hallpass-relay holds reject contoso removeMember:12:share')
    .action(async (tenant: string, key: string | undefined, options: ApproveOptions) => {
      await decide(context, tenant, key, { state: 'rejected', ...options });
    });
}

async function decide(
  context: CliContext,
  tenantName: string,
  key: string | undefined,
  { profile, state, limit, until, by }: ApproveOptions & Pick<Decision, 'state'>,
): Promise<void> {
  const now = timestamp(context.clock);
  const decided = await withNamedTenant(context, tenantName, async (scope, { slug }) => {
    await needProfile(scope, slug, profile);
    const concerned = (await readProfiles(scope)).filter(({ name }) => profile === undefined || name === profile);
    const days = concerned.map(({ guards }) => guards.expiryDays);
    const end = until ?? addDays(now, days.length === 0 ? 7 : Math.min(...days));
    const decision = { state, by, ...(limit !== undefined && { limit }), until: state === 'approved' ? end : null };
    return await decideHolds(scope, { key, profile }, decision, now);
  });
  if (decided.length === 0) context.out.write('Nothing waits for a decision.\n');
  for (const { key, decidedCount, expiresAt } of decided) {
    const until =
      expiresAt === null ? 'until the cause changes' : `up to ${decidedCount} operations until ${expiresAt}`;
    context.out.write(`${state} ${key}, ${until}\n`);
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
