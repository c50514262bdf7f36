/**
 * The lock of a state folder on Windows: a named pipe, which the system removes together with the process that holds
 * it. A file with a process id would outlive a crash, and Windows soon gives the same id to another program.
 */
import { createHash } from 'node:crypto';
import { realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { dirname } from 'node:path';
import { isSystemError } from '../../shared/errors.ts';

/** How long a holder may take to send its process id, in milliseconds: a busy one still holds the lock. */
const askMs = 2000;

/** The pipe of a folder: the same for every spelling of the path. */
export async function pipeOf(lockFile: string): Promise<string> {
  const folder = dirname(lockFile);
  const real = await realpath(folder).catch(() => folder);
  const digest = createHash('sha256').update(real.toLowerCase()).digest('hex').slice(0, 32);
  return `\\\\.\\pipe\\hallpass-agent-${digest}`;
}

/** Who holds a pipe: a process id, `unknown` when the holder does not answer, undefined for nobody. */
export async function pipeHolder(path: string): Promise<number | 'unknown' | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | 'unknown' | undefined>();
  const socket = connect(path);
  let said = '';
  socket.setTimeout(askMs, () => resolve('unknown'));
  socket.on('data', (bytes) => {
    said += bytes.toString('latin1');
  });
  socket.on('end', () => resolve(/^\d+$/.test(said) ? Number(said) : 'unknown'));
  // Any failure other than "not found" comes from a pipe that exists.
  socket.on('error', (error) => resolve(isNobody(error) ? undefined : 'unknown'));
  return promise.finally(() => socket.destroy());
}

/** Holds the pipe; undefined when someone else does. The server does not keep the process alive. */
export async function holdPipe(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(String(process.pid));
  });
  const { promise, resolve, reject } = Promise.withResolvers<Server | undefined>();
  server.once('error', (error) => {
    if (isSystemError(error, 'EADDRINUSE') || isSystemError(error, 'EACCES')) resolve(undefined);
    else reject(error);
  });
  server.listen(path, () => resolve(server));
  server.unref();
  return promise;
}

/** The lock file of 0.2.0 no longer means anything. */
export async function removeOldLock(lockFile: string): Promise<void> {
  await rm(lockFile, { force: true }).catch(() => undefined);
}

function isNobody(error: Error): boolean {
  // The second code is for a socket in a folder whose holder has ended.
  return isSystemError(error, 'ENOENT') || isSystemError(error, 'ECONNREFUSED');
}
