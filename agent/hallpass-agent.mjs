#!/usr/bin/env node
import './flat-memory.mjs';
import { launch } from '../shared/launch.mjs';

await launch({
  source: new URL('./main.ts', import.meta.url),
  bundle: new URL('../dist/npm/hallpass-agent.mjs', import.meta.url),
  stays: 'run',
});
