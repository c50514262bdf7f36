/**
 * Checks that what repeats in the background is a loop of shared/service.ts: `npm run lint` runs it. The programs may wait in the
 * places below alone, each of which comes to an end by itself. It prints every other timer, and ends with exit code 1 then.
 *
 *   node scripts/build/timers.ts
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readScriptOptions } from '../script-options.ts';

/** How many timers a file may have, and what they are for. */
export const waits: Readonly<Record<string, readonly [timers: number, what: string]>> = {
  'shared/clock.ts': [1, 'the clock itself'],
  'shared/service.ts': [1, 'the loop itself'],
  'shared/patience.ts': [1, 'some attempts at a file that is busy'],
  'agent/cycle/runner.ts': [1, 'the grace after a signal to stop'],
  'agent/network/dial.ts': [1, 'a time limit'],
  'agent/network/tunnel.ts': [2, 'time limits'],
  'agent/page/client/page.js': [1, 'the browser: shared/ is not there'],
  'agent/page/client/tables.js': [1, 'the browser: the end of a highlight'],
  'agent/page/web/stream.ts': [1, 'changes that are sent together'],
  'agent/powerschool/calls.ts': [1, 'the attempts of one request'],
  'agent/powerschool/http.ts': [2, 'the attempts of one request, and the distance between two'],
  'agent/service/systemd.ts': [1, 'a look at whether the service has started'],
  'agent/setup/plugin-steps.ts': [2, 'a person, and the pause between two looks for one'],
  'agent/state/pipe-lock.ts': [1, 'a time limit'],
  'agent/uplink/refusal.ts': [1, 'a time limit'],
  'agent/uplink/socket.ts': [1, 'a time limit of the goodbye'],
  'agent/uplink/uplink.ts': [1, 'the pause of the state machine before it dials'],
  'relay/graph/token-bucket.ts': [1, 'a turn within the limits of Graph'],
  'relay/graph/client.ts': [1, 'the attempts of one request'],
  'relay/cli/person.ts': [1, 'the pause between two looks at a request'],
  'relay/http/answers/answer-thread.ts': [1, 'until an idle thread says so'],
  'relay/http/link/check.ts': [1, 'a time limit of the goodbye'],
  'relay/http/link/connection.ts': [1, 'a time limit of the goodbye'],
  'relay/http/link/fleet.ts': [1, 'the grace when the relay stops'],
  'relay/http/link/proxy-protocol.ts': [1, 'a time limit'],
  'relay/http/console/shell/late.ts': [1, 'until the frame of a page is sent without its main part'],
  'relay/http/server.ts': [2, 'time limits of the goodbye'],
  'relay/http/console/assets/client/console.js': [1, 'the browser: shared/ is not there'],
  'relay/store/engine/sqlite/sqlite-dialect.ts': [1, 'a database that another process has locked'],
  'relay/sync/apply/engine.ts': [1, 'the next operation of a run that is due'],
};

/** Timers in a source text, comments left out. */
export function timersIn(source: string): { repeating: number; single: number } {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const count = (pattern: RegExp) => [...code.matchAll(pattern)].length;
  const imported = count(/import\s*{[^}]*\bsetTimeout\b[^}]*}\s*from\s*'node:timers(\/promises)?'/g);
  return {
    repeating: count(/\bsetInterval\b/g),
    single: imported + count(/\bsetTimeout\(|\.sleep\(|\bscheduler\.wait\(/g),
  };
}

/** What is wrong, a line each. @param sources by path */
export function complaints(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].flatMap(([file, source]) => {
    const { repeating, single } = timersIn(source);
    const [allowed] = waits[file] ?? [0];
    const isBrowser = file.startsWith('agent/page/client/') || file.startsWith('relay/http/console/assets/client/');
    if (repeating > 0 && !isBrowser) return [`${file} repeats by setInterval: use startLoop of shared/service.ts`];
    const found = single + repeating;
    if (found === allowed) return [];
    return [
      `${file} has ${found} timers, and scripts/build/timers.ts knows ${allowed}: what repeats in the background is a startLoop of ` +
        'shared/service.ts; a wait that ends by itself is listed there',
    ];
  });
}

/** The sources of both programs and what they share, without tests. */
export function programSources(root: string): Map<string, string> {
  const patterns = ['agent', 'relay', 'plugin', 'shared'].flatMap((folder) => [
    `${folder}/*.ts`,
    `${folder}/*.js`,
    `${folder}/*.mjs`,
  ]);
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...patterns], { cwd: root });
  const files = String(listed).trim().split('\n');
  const own = files.filter((file) => !/\.test\.ts$|\/testing\//.test(file) && existsSync(join(root, file)));
  return new Map(own.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  readScriptOptions(
    'node scripts/build/timers.ts',
    'Checks that what repeats in the background is a loop of shared/service.ts.',
  );
  const found = complaints(programSources(fileURLToPath(new URL('../..', import.meta.url))));
  for (const line of found) process.stdout.write(`${line}\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
