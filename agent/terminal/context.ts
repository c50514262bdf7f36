/** What every command of the agent gets from the process it runs in. */
export interface Context {
  /** The state folder. */
  folder: string;
  env: NodeJS.ProcessEnv;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  hostname: string;
  platform: NodeJS.Platform;
  /** User id; undefined on Windows. */
  uid: number | undefined;
  /** What starts this program as it runs now: the executable, or the runtime and the script. Absolute paths. */
  invocation: readonly string[];
  /** Aborted by SIGTERM, SIGINT and SIGHUP. */
  stop: AbortSignal;
}
