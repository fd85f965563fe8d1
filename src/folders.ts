/** Folders for what is kept. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those above it, where there is none. Node 20's own recursion never ends below folders in which the
 * system lets nobody make any, such as /proc.
 */
export function makeFolder(path: string, { mode }: { mode?: number } = {}): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    makeFolder(dirname(path), { mode });
    makeFolder(path, { mode });
  }
}
