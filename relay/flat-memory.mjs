/**
 * Young objects get no more room than at the start: beside ten hostile agents the relay takes 40 MB less
 * (scripts/bench/hostile.ts), planning 100,000 students takes as long as before, and intake a twentieth longer.
 *
 * Imported first: V8 takes no compiled code that was kept under other flags.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--semi-space-growth-factor=1');
