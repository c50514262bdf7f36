/** The folder with Wine: where it is, and how Debian makes it. Pure. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Wine 10 comes with this release of Debian; under Wine 8, that of the release before, Node itself crashes. */
export const suite = 'trixie';

/** Debian's own `wine` is a script that complains about 32 bit. */
export const wine = '/usr/lib/wine/wine64';

/** A command within the folder, with /proc for as long as it runs: Wine finds its own files by it. Needs root. */
export function inside(folder: string, command: readonly string[]): [program: string, ...args: string[]] {
  const script = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"';
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, folder, ...command];
}

/** Written last: a folder without it was not finished. */
export const finishedFile = 'hallpass-wine.json';

/** `HALLPASS_WINE`, or a folder that git ignores. */
export function wineFolder(env: NodeJS.ProcessEnv): string {
  return env.HALLPASS_WINE ? resolve(env.HALLPASS_WINE) : resolve(root, 'dist', 'wine');
}

/** What `apt-get indextargets` is asked for each source: address, label, component. */
export const indexFormat = '$(REPO_URI)|$(ORIGIN)|$(LABEL)|$(COMPONENT)';

/**
 * The mirror of Debian that this computer itself uses.
 *
 * @param indexes lines in {@link indexFormat}
 * @returns undefined when none of them is Debian's main archive
 */
export function debianMirror(indexes: string): string | undefined {
  for (const line of indexes.split('\n')) {
    const [uri, origin, label, component] = line.split('|');
    if (origin === 'Debian' && label === 'Debian' && component === 'main' && uri) return uri;
  }
  return undefined;
}
