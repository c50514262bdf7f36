/**
 * Young objects get no more room than at the start, so that the relay takes some 40 MB less beside ten hostile agents
 * (scripts/bench/hostile.ts). Planning 100,000 students and intake (scripts/bench/intake.ts) take as long as without it.
 *
 * Imported first: V8 takes no compiled code that was kept under other flags.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--semi-space-growth-factor=1');
