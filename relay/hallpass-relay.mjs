#!/usr/bin/env node
import './flat-memory.mjs';
import { launch } from '../shared/launch.mjs';

await launch(new URL('./main.ts', import.meta.url), new URL('../dist/npm/hallpass-relay.mjs', import.meta.url));
