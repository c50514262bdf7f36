/**
 * Node's http, without what an import of it brings along: an import of "node:http" reads every export, and its `WebSocket` loads
 * Node's own fetch, which takes 6 MB (Node 24.21, 2026-11-30).
 */
import process from 'node:process';

export const { Agent, createServer, STATUS_CODES } = process.getBuiltinModule('node:http');
