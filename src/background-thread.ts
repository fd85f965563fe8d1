/**
 * The entry of threads whose work can wait, named by their own entry's address: it lowers the thread's priority before anything
 * is loaded.
 */
import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import { argv, platform } from 'node:process';

// On Linux a priority is the thread's own, and of those that it starts. Elsewhere it would slow the API too.
if (platform === 'linux') {
  setPriority(constants.priority.PRIORITY_LOW);
  // A low priority still keeps a processor for milliseconds that somebody else wakes up for; the idle class leaves it at once.
  // Node has no call for it: where this program of nearly every Linux is missing, the priority is what there is.
  spawnSync('chrt', ['-i', '-p', '0', basename(readlinkSync('/proc/thread-self'))], { stdio: 'ignore' });
}

await import(argv.at(-1)!);
