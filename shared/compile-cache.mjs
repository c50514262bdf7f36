/**
 * Keeps what Node compiles in a folder of the user's cache, so that the next start takes half of the time. Nothing of a
 * district is in it, and a program that cannot write there starts without it.
 */
import { mkdirSync, statSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';

/** To be called before anything large is imported. NODE_COMPILE_CACHE names another folder, NODE_DISABLE_COMPILE_CACHE=1 does without. */
export function keepCompiled() {
  // A Node that is too old only starts the pinned one, and has no such function.
  if (module.enableCompileCache === undefined || process.env.NODE_COMPILE_CACHE) return;
  const folder = join(userCache(), 'hallpass', 'compiled');
  if (makeOwn(folder)) module.enableCompileCache(folder);
}

function userCache() {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === 'win32') return LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  return XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : join(homedir(), '.cache');
}

/**
 * True when the folder is there and this user's alone: what is in it runs as this user. Under `sudo` with the home of
 * somebody else, nothing is made.
 *
 * @param {string} folder
 */
function makeOwn(folder) {
  try {
    const parent = dirname(folder);
    if (!isOwn(existing(folder))) return false;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return isOwn(folder) && isOwn(parent);
  } catch {
    return false;
  }
}

/** @param {string} path */
function existing(path) {
  while (statSync(path, { throwIfNoEntry: false }) === undefined && dirname(path) !== path) path = dirname(path);
  return path;
}

/** @param {string} path */
function isOwn(path) {
  const { uid, mode } = statSync(path);
  const user = process.getuid?.();
  return user === undefined || (uid === user && (mode & 0o022) === 0);
}
