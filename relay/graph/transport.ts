/** HTTP to Microsoft: one undici pool with the trusted authorities and a time limit on every request. */
import { Agent, fetch } from 'undici';
import { trustedAuthorities } from '../../shared/trust.ts';

/** A $batch of 20 slow writes takes Graph up to half a minute. */
const timeoutMs = 60_000;

export interface Transport {
  send(url: string, init: { method: string; headers: Record<string, string>; body?: string }): Promise<Response>;
  close(): Promise<void>;
}

/** @param caFile a private authority (a simulator's, or that of an inspecting proxy); undefined for the known ones */
export async function openTransport(caFile: string | undefined): Promise<Transport> {
  const dispatcher = new Agent({
    // Said aloud because NODE_TLS_REJECT_UNAUTHORIZED changes its default.
    connect: { ca: await trustedAuthorities(caFile), rejectUnauthorized: true, timeout: 10_000 },
    connections: 8,
    keepAliveTimeout: 4000,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  return {
    async send(url, init) {
      const response = await fetch(url, {
        ...init,
        dispatcher,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      // undici's own Response type and Node's global one describe the same class.
      return response as unknown as Response;
    },
    close: () => dispatcher.close(),
  };
}
