/**
 * Runs a program on the pinned Node 24, whatever Node started this file: from its sources in a checkout, and as npm packed
 * it elsewhere, because Node strips no types below node_modules.
 *
 * `npm ci` brings Node 24 as an ordinary package, but a bin started outside npm (a service unit, a shell) gets the
 * machine's own Node, which may be too old to strip types. A Node that is new enough is used as it is.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { keepCompiled } from './compile-cache.mjs';

const minimum = [24, 12];

/**
 * Runs with this process's arguments.
 *
 * @param {object} program
 * @param {URL} program.source the TypeScript file, which a package does not have
 * @param {URL} program.bundle what is in the package in its place; one that is left in a checkout may be old
 * @param {string} program.stays the command that does not end by itself: Node holds all compiled code in memory that it took from its
 *   cache or may put there, some 10 MB, which 0.2 s of processor time at the start are not worth
 * @param {Record<string, string>} [program.allocator] variables for that command, which malloc reads when a process starts
 */
export async function launch({ source, bundle, stays, allocator = {} }) {
  const variables = process.argv[2] === stays ? wanted(allocator) : {};
  const isSource = existsSync(source);
  const entry = isSource ? source : bundle;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > minimum[0] || (major === minimum[0] && minor >= minimum[1])) {
    startAgain(variables);
    // From its sources it would hold the stripper of types, which is larger.
    if (isSource || process.argv[2] !== stays) keepCompiled();
    await import(entry.href);
    return;
  }
  const env = { ...process.env, ...variables };
  const child = spawn(pinnedNode(), [fileURLToPath(entry), ...process.argv.slice(2)], { stdio: 'inherit', env });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal ? 128 : 1);
  });
}

/**
 * Nothing where an operator has set some, or where malloc is another one.
 *
 * @param {Record<string, string>} variables
 */
function wanted(variables) {
  const isSet = Object.keys(variables).some((name) => process.env[name] !== undefined);
  return isSet || process.platform !== 'linux' ? {} : variables;
}

/**
 * Starts Node again in this process, with these variables as well. It keeps input, output and its number, and loses what else it was given:
 * a process with a channel to the one that started it goes on without the variables.
 *
 * @param {Record<string, string>} variables
 */
function startAgain(variables) {
  if (Object.keys(variables).length === 0 || process.execve === undefined || process.send !== undefined) return;
  const args = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, args, { ...process.env, ...variables });
}

function pinnedNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return fileURLToPath(new URL(process.platform === 'win32' ? 'bin/node.exe' : 'bin/node', `file://${manifest}`));
  } catch {
    process.stderr.write(
      `error[NODE_TOO_OLD] This is Node ${process.versions.node}; Hallpass needs ${minimum.join('.')} or newer, and ${name} is not installed.\n` +
        '  → Run "npm ci" in the Hallpass folder, or install Node 24.\n',
    );
    process.exit(70);
  }
}
