/** The relay's log: events with facts, never a person's data or a secret. JSON lines for machines, text for people. */
import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';

export type LogFormat = 'json' | 'text';

/** Whatever an object under these names may hold is not for the log. */
const redact = ['authorization', 'cookie', 'token', 'secret', '*.authorization', '*.cookie', '*.token', '*.secret'];

/** @param out where the lines go */
export function createLog(format: LogFormat, out: NodeJS.WritableStream): Logger {
  const options = {
    level: 'info',
    base: null,
    redact: { paths: redact, censor: '[redacted]' },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, format === 'json' ? out : textLines(out));
}

/** `12:30:05 info roster.committed tenant=contoso records=1200` */
function textLines(out: NodeJS.WritableStream): NodeJS.WritableStream {
  return new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      const { level, time, event, msg, err, ...facts } = JSON.parse(line) as Record<string, unknown>;
      const error = typeof err === 'object' && err !== null && 'stack' in err ? `\n${String(err.stack)}` : '';
      const pairs = Object.entries(facts).map(([name, value]) => `${name}=${text(value)}`);
      // What an event says in words repeats its name, except where somebody has to act.
      const said = event === undefined || level !== 'info' ? [event, msg] : [event];
      const words = [String(time).slice(11, 19), level, ...said.filter((part) => part !== undefined), ...pairs].map(
        String,
      );
      out.write(`${words.join(' ')}${error}\n`, () => done());
    },
  });
}

function text(value: unknown): string {
  const plain = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[\w.:/@-]+$/.test(plain) ? plain : JSON.stringify(value);
}
