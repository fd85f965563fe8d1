/**
 * The entry of a thread of this process whose work can wait, named by its own entry's address: it lowers the thread's priority
 * before anything is loaded.
 */
import { constants, setPriority } from 'node:os';
import { argv, platform } from 'node:process';

// On Linux a priority is the thread's own. Elsewhere it would slow the API too.
if (platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

await import(argv.at(-1)!);
