/** A copy of the tree in which one mutant after the other is put in, and its tests are run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './list.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copied = ['agent', 'relay', 'plugin', 'shared', 'scripts', 'docs', 'package.json'];

export class Copy implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<Copy> {
    const folder = await mkdtemp(join(tmpdir(), 'hallpass-mutants-'));
    for (const name of copied) await cp(join(root, name), join(folder, name), { recursive: true });
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    return new Copy(folder);
  }

  /**
   * The tests that do not notice the mutant.
   *
   * @throws RangeError when the text is not there once: the list is out of date
   */
  async survives({ file, find, replace, tests }: Mutant): Promise<string[]> {
    const path = join(this.#folder, file);
    const code = await readFile(path, 'utf8');
    await writeFile(path, mutated(code, file, find, replace));
    try {
      const unnoticed: string[] = [];
      for (const test of tests) if (!(await this.fails(test))) unnoticed.push(test);
      return unnoticed;
    } finally {
      await writeFile(path, code);
    }
  }

  /** Whether an assertion of a test file fails; a file that does not run at all is an error. */
  async fails(test: string): Promise<boolean> {
    const child = spawn(process.execPath, [test], {
      cwd: this.#folder,
      env: { ...process.env, TAP_TIMEOUT: '120' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    if (code === 0) return false;
    if (!/^ *not ok/m.test(output)) throw new Error(`${test} did not run`);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** @throws RangeError */
export function mutated(code: string, file: string, find: string, replace: string): string {
  const parts = code.split(find);
  if (parts.length !== 2) throw new RangeError(`${file} has "${find}" ${parts.length - 1} times, not once`);
  return parts.join(replace);
}
