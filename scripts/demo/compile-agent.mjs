/**
 * Has Node strip and compile the agent's modules, in a process that ends: an agent that does it takes 15 MB more for good, which no
 * installed agent does, because packages hold JavaScript. With the agent's own flags, which are part of the cache's key.
 */
import '../../agent/flat-memory.mjs';
import { keepCompiled } from '../../shared/compile-cache.mjs';

keepCompiled();
await import('../../agent/cli/program.ts');
await import('../../agent/commands/work.ts');
await import('../../agent/node.ts');
