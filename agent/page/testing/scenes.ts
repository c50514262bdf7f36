/** The situations in which an administrator sees the page: people review them, and each must be accessible. */
import { timestamp } from '../../../shared/clock.ts';
import type { LeftOutRow } from '../../../shared/left-out.ts';
import { bucketKey } from '../../../shared/roster.ts';
import { toProblem } from '../../model/events.ts';
import { leftOutProblem } from '../../model/left-out.ts';
import { Board } from '../board.ts';
import { connect, ended, minute, problem, type Scene, scene, someChecks, working } from './scene.ts';

const host = 'https://powerschool.contoso.edu';

export const scenes: Record<string, () => Scene> = {
  fresh: () => {
    const made = scene();
    const obstacle = problem('NOT_CONFIGURED', {
      setting: 'PowerSchool address (--powerschool-url)',
      command: 'configure',
    });
    const board = new Board({
      version: '0.1.0',
      folder: '/var/lib/hallpass-agent',
      clock: made.clock,
      working: false,
      obstacle,
    });
    const nowhere = { powerschool: undefined, relay: undefined, proxy: undefined };
    const badge = { name: 'sis-agent-01', agentId: undefined, tenantId: undefined };
    return {
      ...made,
      board,
      parts: { ...made.parts, board, badge, places: nowhere, control: undefined, names: undefined },
    };
  },
  revoked: () => {
    const made = scene();
    const revoked = problem('AGENT_UNKNOWN', { url: 'wss://relay.example.org/agent/v1/link' });
    const board = new Board({
      version: '0.1.0',
      folder: '/var/lib/hallpass-agent',
      clock: made.clock,
      working: false,
      obstacle: revoked,
    });
    return { ...made, board, parts: { ...made.parts, board, control: undefined, names: undefined } };
  },
  first: () => {
    const made = scene(12);
    connect(made);
    made.board.watch({ moment: 'cycle.began' });
    made.board.watch({ moment: 'powerschool.answered', ms: 4210 });
    made.board.watch({ moment: 'cycle.planned', buckets: made.parts.buckets().map(bucketKey) });
    made.board.report({ event: 'cycle.progress', bucketsDone: 34, bucketsTotal: 73, records: 51_230 });
    return made;
  },
  working: () => working(6),
  many: () => working(150),
  unreachable: () => {
    const made = working(6, 9 * minute);
    const gone = problem('POWERSCHOOL_UNREACHABLE', { url: host, reason: 'the connection was refused (ECONNREFUSED)' });
    made.board.report({ event: 'problem', ...gone });
    made.board.watch(ended({ outcome: 'failed', complete: false, problem: gone }));
    return made;
  },
  untrusted: () => {
    const made = scene();
    const untrusted = problem('RELAY_TLS_UNTRUSTED', {
      url: 'wss://relay.example.org/agent/v1/link',
      reason: 'it was issued by "Contoso Filter CA", which this computer does not trust (SELF_SIGNED_CERT_IN_CHAIN)',
      issuer: 'Contoso Filter CA',
    });
    made.board.report({ event: 'problem', ...untrusted });
    made.board.watch({ moment: 'link.ended', problem: untrusted });
    return { ...made, parts: { ...made.parts, places: { ...made.parts.places, proxy: 'proxy.contoso.edu:8080' } } };
  },
  relayDown: () => {
    const made = working(6, 12 * minute);
    const url = 'wss://relay.example.org/agent/v1/link';
    const gone = problem('RELAY_UNREACHABLE', { url, reason: 'there was no answer in time (ETIMEDOUT)' });
    made.board.report({ event: 'problem', ...gone });
    made.board.watch({ moment: 'link.ended', problem: gone });
    return made;
  },
  leftOut: () => {
    const made = working(6);
    const [schoolId, other] = ['1000', '1014'];
    const rows: LeftOutRow[] = [
      { kind: 'section', schoolId, id: '980', field: 'sectionNumber', fault: 'missing' },
      { kind: 'student', schoolId, id: '4711', field: 'surname', fault: 'control character' },
      { kind: 'studentEnrollment', schoolId: other, id: '60412', field: 'endDate', fault: 'before its start' },
    ];
    const leftOut = { count: rows.length, rows };
    const problem = leftOutProblem(leftOut);
    if (problem === undefined) throw new TypeError('there are rows');
    const { code, message, action } = problem;
    made.board.report(toProblem(problem));
    made.board.watch(ended({ problem: { code, message, action }, leftOut }));
    return made;
  },
  paused: () => {
    const made = working(6, 50 * minute);
    made.board.report({ event: 'agent.paused', since: timestamp(made.clock) });
    return made;
  },
  held: () => {
    const made = working(8);
    const changing = problem('SOURCE_INCOMPLETE', {
      bucket: 'the enrollments of school 1021',
      read: 4100,
      counted: 4217,
    });
    made.board.report({ event: 'problem', ...changing });
    made.board.watch(
      ended({
        ...{
          outcome: 'changed',
          complete: false,
          problem: changing,
          sent: { student: 3 },
          bucketsRead: 3,
          seconds: 2.2,
        },
        ...{ held: ['studentEnrollment:1021', 'student:1035'], differing: ['teacher:1042'] },
      }),
    );
    return made;
  },
};

/** Adds checks that find a failure and a warning. */
export function withChecks(made: Scene): Scene {
  const runChecks = async function* () {
    yield* someChecks;
  };
  return { ...made, parts: { ...made.parts, runChecks } };
}
