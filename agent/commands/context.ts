/** What every command of the agent gets from the process it runs in. */
export interface Context {
  /** The state folder. */
  folder: string;
  env: NodeJS.ProcessEnv;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  hostname: string;
  /** Aborted by SIGTERM, SIGINT and SIGHUP. */
  stop: AbortSignal;
}
