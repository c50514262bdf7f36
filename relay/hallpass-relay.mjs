#!/usr/bin/env node
import { launch } from '../shared/launch.mjs';

await launch(new URL('./main.ts', import.meta.url));
