import { mkdtempSync } from 'node:fs';
import { openDistrict, smallRoster } from './district.ts';
const dir = mkdtempSync('/tmp/q/d-');
const go = async (runs: boolean) => { const d = await openDistrict({ dir, mode: { students: 'match', teachers: 'match' }, students: 6, accounts: true });
 if (runs) { await d.commit(smallRoster(6)); await d.run(); }
 await d.close(); };
for (const runs of [false]) {
await go(runs); const c = process.cpuUsage(); for (let i = 0; i < 30; i++) await go(runs); const u = process.cpuUsage(c); console.log(runs, (u.user + u.system) / 30000, 'ms each'); }




