/**
 * Loaded into every program of the demo (`--import`): when the demo is gone, however it ended, its end of the pipe on
 * descriptor 3 closes, and the program ends in its own orderly way. Nothing is left running.
 */
import { Socket } from 'node:net';

const pipe = new Socket({ fd: 3 });
pipe.on('error', () => undefined);
pipe.on('close', () => process.kill(process.pid, 'SIGTERM'));
pipe.resume();
pipe.unref();
