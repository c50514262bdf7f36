/** What stands in the body of an answer that came in place of the WebSocket. */
import type { IncomingMessage } from 'node:http';
import { errorMessageSchema } from '../../shared/link.ts';

/** As much as an error of the relay can be long. */
const maxLength = 16_384;
const timeoutMs = 15_000;

/** The relay explains itself in JSON; a proxy that answers in its place does not, and has said nothing then. */
export async function readRefusal(response: IncomingMessage): Promise<{ code?: string; message?: string }> {
  let text = '';
  const late = setTimeout(() => response.destroy(), timeoutMs);
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      text += chunk;
      if (text.length > maxLength) break;
    }
    const { code, message } = errorMessageSchema.partial().parse(JSON.parse(text));
    return { ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) };
  } catch {
    return {};
  } finally {
    clearTimeout(late);
  }
}
