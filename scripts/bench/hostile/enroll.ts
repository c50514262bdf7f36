/** Enrolls an agent from an address of its own: 0.2.0 lets one address enroll ten agents a minute, good ones included. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { type AgentIdentity, enrollDouble } from '../../../relay/testing/agent-double.ts';
import { enrollPath } from '../../../shared/link.ts';

/** @param localAddress any of 127.0.0.0/8, all of which Linux takes for its own */
export async function enrollFrom(localAddress: string, url: string, code: string): Promise<AgentIdentity> {
  return await enrollDouble(url, code, async (relay, body) => {
    const headers = { 'content-type': 'application/json' };
    const asked = request(`${relay}${enrollPath}`, { method: 'POST', localAddress, headers });
    asked.end(JSON.stringify(body));
    const [answer]: IncomingMessage[] = await once(asked, 'response');
    if (answer?.statusCode !== 201) throw new RangeError(`enrolling was refused with ${answer?.statusCode}`);
    return { status: answer.statusCode, body: await json(answer) };
  });
}
