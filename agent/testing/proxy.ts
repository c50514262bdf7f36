/** Starts and controls the proxy in proxy-process.ts. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startVariables } from '../../shared/testing/start-variables.ts';

export interface ProxyBehavior {
  /**
   * `tunnel` as requested; `swallow` the traffic from now on; `refuse` with 403; `page` with a web page and 200;
   * `redirect` to one; `silent` forever; `close` without an answer; `banner` of another protocol; `inspect` TLS with
   * its own certificate; `portal`, the same with a web page instead of the server's answer; `noUpgrade`, the same
   * without a WebSocket's headers; `answer` with the content of `answer`.
   */
  mode:
    | 'tunnel'
    | 'swallow'
    | 'refuse'
    | 'page'
    | 'redirect'
    | 'silent'
    | 'close'
    | 'banner'
    | 'inspect'
    | 'portal'
    | 'noUpgrade'
    | 'answer';
  /** Everything that is sent in that mode. */
  answer?: string;
  /** The proxy's DNS: `relay.test:443` to `127.0.0.1:12345`. Anything else is answered with 502. */
  hosts: Record<string, string>;
  /** The `user:password` that it requires. */
  signIn?: string;
  /** Instead of Basic. */
  schemes?: string[];
  /** The authority that an inspecting proxy trusts for the servers behind it, PEM. */
  upstreamCa?: string;
}

export interface ProxyReport {
  ready?: { port: number; ca: string | undefined };
  asked?: { target: string; authorization: string | undefined };
  /** What an inspecting proxy read inside TLS. */
  overheard?: string;
  /** The authority of an inspecting proxy, PEM. */
  filter?: string;
  done?: true;
}

export class TestProxy {
  readonly url: URL;
  /** Authority of its own certificate, PEM; undefined for a proxy without TLS. */
  readonly ca: string | undefined;
  readonly asked: { target: string; authorization: string | undefined }[] = [];
  overheard = '';
  /** Known after the first inspected connection. */
  filterCa = '';
  readonly #process: ChildProcess;
  #behavior: ProxyBehavior = { mode: 'tunnel', hosts: {} };

  private constructor(child: ChildProcess, url: URL, ca: string | undefined) {
    this.#process = child;
    this.url = url;
    this.ca = ca;
    child.on('message', ({ asked, overheard = '', filter }: ProxyReport) => {
      if (asked !== undefined) this.asked.push(asked);
      this.overheard += overheard;
      this.filterCa = filter ?? this.filterCa;
    });
  }

  static async start({ tls = false } = {}): Promise<TestProxy> {
    const child = fork(fileURLToPath(new URL('./proxy-process.ts', import.meta.url)), tls ? ['--tls'] : [], {
      execArgv: [],
      env: startVariables,
    });
    const [{ ready }] = (await once(child, 'message')) as [ProxyReport];
    return new TestProxy(child, new URL(`http${tls ? 's' : ''}://127.0.0.1:${ready?.port}`), ready?.ca);
  }

  /** Applies these changes and keeps everything else. */
  async set(changes: Partial<ProxyBehavior>): Promise<void> {
    this.#behavior = { ...this.#behavior, ...changes };
    await this.#send(this.#behavior);
  }

  async cut(): Promise<void> {
    await this.#send('cut');
  }

  async close(): Promise<void> {
    if (this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'close');
  }

  async #send(message: ProxyBehavior | 'cut'): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const onMessage = ({ done }: ProxyReport) => {
      if (done !== true) return;
      this.#process.off('message', onMessage);
      resolve();
    };
    this.#process.on('message', onMessage);
    this.#process.send(message);
    await promise;
  }
}
