/** What the page derives from the agent's state: verdict, path, readiness. */
import t from 'tap';
import { catalog, chapters, type ErrorCode } from '../../shared/errors.ts';
import type { Problem } from '../model/watch.ts';
import { Board, type BoardState } from './board.ts';
import { readinessOf } from './readiness.ts';
import { stationOf, stationsOf } from './stations.ts';
import { connect, ended, minute, problem, type Scene, scene, working } from './testing/scene.ts';
import { scenes } from './testing/scenes.ts';
import { spoken, type Verdict, verdictOf } from './verdict.ts';

const day = 24 * 60 * minute;

function made(name: string): Scene {
  const make = scenes[name];
  if (make === undefined) throw new TypeError(name);
  return make();
}

function verdict({ board, clock }: Scene): Verdict & { text: string } {
  const found = verdictOf(board.state, clock.now());
  const text = found.sentence.map((part) => (typeof part === 'string' ? part : `<${part.as}>`)).join('');
  return { ...found, text };
}

/** States of PowerSchool, agent, network and relay. */
function path({ board, parts }: Scene): string[] {
  return stationsOf(board.state, parts.places).map(({ state }) => state);
}

const some: Problem = { code: 'POWERSCHOOL_FAILED', message: 'It failed.', action: 'Wait.' };

t.test('the verdict is one sentence and one step', async (t) => {
  t.match(verdict(made('fresh')), {
    tone: 'waiting',
    word: 'Not set up yet',
    code: 'NOT_CONFIGURED',
    action: /configure/,
  });
  t.match(verdict(scene()), { tone: 'waiting', text: 'Connecting to the relay.' });
  t.match(verdict(made('first')), { tone: 'busy', text: /in progress: 34 of 73 lists, 51,230 records/ });
  t.match(verdict(made('working')), {
    tone: 'good',
    text: 'Everything is working. Last complete check of PowerSchool <ago>.',
    action: '',
  });
  t.match(verdict(made('paused')), { tone: 'paused', text: /^Paused here since <clock>/, action: /Resume/ });
  t.match(verdict(made('unreachable')), { tone: 'attention', code: 'POWERSCHOOL_UNREACHABLE', action: /Check/ });
  t.match(verdict(made('untrusted')), { tone: 'broken', text: /Contoso Filter CA/, action: /--relay-ca/ });
  t.match(verdict(made('held')), { tone: 'attention', text: /4217 counted\. 2 lists stay as they were\.$/ });

  const stopped = scene();
  const board = new Board({ version: '1', folder: '/', clock: stopped.clock, working: false });
  t.match(verdict({ ...stopped, board }), { tone: 'broken', word: 'Not running', action: /hallpass-agent run/ });
});

t.test('the verdict follows what happens', async (t) => {
  const watched = working();
  const { board, clock } = watched;
  const fails = (found: Problem) => board.watch(ended({ outcome: 'failed', complete: false, problem: found }));
  fails(some);
  const { since } = verdict(watched);
  clock.advance(14 * minute);
  fails({ ...some, message: 'It failed again.' });
  t.match(verdict(watched), { tone: 'attention', text: 'It failed again.', since }, 'the same problem continues');
  clock.advance(minute);
  t.match(
    verdict(watched),
    { tone: 'broken', since },
    'a problem that should pass by itself and does not needs attention',
  );

  board.watch({ moment: 'link.ended', problem: problem('LINK_LOST', { url: 'wss://r', reason: 'reset' }) });
  t.match(verdict(watched), { code: 'POWERSCHOOL_FAILED' }, 'shows the more serious one');
  board.watch(ended({ outcome: 'interrupted', complete: false, problem: some }));
  t.match(verdict(watched), { code: 'POWERSCHOOL_FAILED' }, 'an interruption changes nothing');
  connect(watched);
  board.watch(ended());
  t.match(verdict(watched), { tone: 'good' });

  board.watch({ moment: 'link.throttled', until: clock.now() + minute });
  t.match(verdict(watched), { tone: 'paused', text: 'Paused by the relay until <clock>.' });
  clock.advance(minute);
  t.match(verdict(watched), { tone: 'good' });

  clock.advance(5 * minute);
  t.match(verdict(watched), { tone: 'attention', word: 'Late', action: /checks/ });
  board.watch({ moment: 'cycle.began' });
  t.match(verdict(watched), { tone: 'good' }, 'a long cycle is not late');
  board.watch(ended());
  board.report({ event: 'agent.quiet', until: new Date(clock.now() + 60 * minute).toISOString() });
  t.match(verdict(watched), { word: 'Quiet hours', text: /until <clock>/ });
  clock.advance(61 * minute);
  t.match(verdict(watched), { tone: 'good' }, 'quiet hours do not count as delay');

  board.watch({ moment: 'link.opened', relay: 'https://r', tenant: 't', wanted: { schools: [], fields: {} } });
  t.match(verdict(watched), { tone: 'good', text: /only the list of schools/, action: /profile/ });
});

t.test('every catalog code that an agent can meet has a sentence, a step and a station', async (t) => {
  const stations = {
    'The agent itself': 'agent',
    PowerSchool: 'powerschool',
    Proxies: 'network',
    'The connection between agent and relay': 'relay',
  } as const;
  const onTheWay = ['RELAY_UNREACHABLE', 'RELAY_TLS_UNTRUSTED', 'LINK_LOST', 'RELAY_INTERCEPTED', 'RELAY_UPGRADE_LOST'];
  for (const [chapter, station] of Object.entries(stations)) {
    for (const code of Object.keys(chapters[chapter as keyof typeof stations]) as ErrorCode[]) {
      const { sentence, action, retry } = catalog[code];
      const watched = working();
      watched.board.watch(ended({ outcome: 'failed', complete: false, problem: { code, message: sentence, action } }));
      const found = verdict(watched);
      t.match(found, { code, text: sentence, action }, code);
      t.equal(found.tone, retry === 'fix' || retry === 'bug' ? 'broken' : 'attention', code);
      t.match(spoken(found), new RegExp(`^${found.word}: .+ .+`), code);
      t.equal(stationOf(code), onTheWay.includes(code) ? 'network' : station, code);
    }
  }
  t.equal(stationOf('SOMETHING_NEW'), 'agent');
  t.equal(spoken(verdict(made('first'))), 'First reading', 'does not read out changing numbers');
});

t.test('the path shows the broken link', async (t) => {
  t.same(path(made('fresh')), ['idle', 'idle', 'idle', 'idle']);
  t.same(path(scene()), ['idle', 'working', 'idle', 'idle']);
  t.same(path(made('working')), ['working', 'working', 'working', 'working']);
  t.same(path(made('paused')), ['idle', 'paused', 'working', 'working'], 'nobody asks PowerSchool during a pause');
  t.same(path(made('unreachable')), ['troubled', 'working', 'working', 'working']);
  t.same(path(made('untrusted')), ['idle', 'working', 'broken', 'idle']);
  const refused = scene();
  refused.board.watch({ moment: 'link.ended', problem: problem('RELAY_REFUSED', { url: 'wss://r', status: 503 }) });
  t.same(path(refused), ['idle', 'working', 'working', 'troubled'], 'an answer has come through the network');
  const full = working();
  const disk = problem('STATE_UNWRITABLE', { file: '/f', reason: 'ENOSPC' });
  full.board.watch(ended({ outcome: 'failed', complete: false, problem: disk }));
  t.same(path(full), ['working', 'broken', 'working', 'working']);

  const { board, parts } = made('first');
  t.match(stationsOf(board.state, parts.places), [
    { latencyMs: 4210 },
    { detail: '34 of 73 lists' },
    {},
    { latencyMs: 48 },
  ]);
  t.match(stationsOf(board.state, { ...parts.places, proxy: 'p:8080' })[2], { what: 'proxy p:8080' });
});

t.test('ready means that the last complete check is recent', async (t) => {
  const at = (change: Partial<BoardState>, ago: number, intervalMs = minute) => {
    const { state } = working().board;
    const now = 100 * day;
    return readinessOf({ ...state, cycle: { intervalMs, lastCheckAt: now - ago }, ...change }, now);
  };
  t.same(at({}, 5 * minute), { ready: true });
  t.match(at({}, 5 * minute + 1), { ready: false, reason: /300 s ago/ });
  t.same(at({}, 25 * minute, 10 * minute), { ready: true }, 'a slow schedule allows more time');
  t.match(at({ pausedSince: 1 }, 0), { ready: false, reason: /paused/ });
  t.match(at({ working: false }, 0), { ready: false, reason: /not running/ });
  t.same(at({ quietUntil: 100 * day + 1 }, 300 * minute), { ready: true }, 'quiet hours are intended');
  t.match(readinessOf(scene().board.state, 0), { ready: false, reason: /complete yet/ });
});
