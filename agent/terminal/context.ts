/** What every command of the agent gets from its process. */
export interface Context {
  folder: string;
  env: NodeJS.ProcessEnv;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  hostname: string;
  platform: NodeJS.Platform;
  /** User id; undefined on Windows. */
  uid: number | undefined;
  /** The command that starts this program: the executable, or the runtime and the script. Absolute paths. */
  invocation: readonly string[];
  /** Aborted by SIGTERM, SIGINT and SIGHUP. */
  stop: AbortSignal;
}
