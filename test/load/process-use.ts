/** What a process that was started for a benchmark uses. Linux alone tells. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Fewer are a pause between two works. */
const calmSeconds = 10;

/** Of all threads, of the first alone, or of all and of the processes that it started, since the process began. */
export function processorSeconds({ pid }: ChildProcess, which: 'all' | 'first' | 'family' = 'all'): number {
  if (which === 'family') return familySeconds(pid!);
  const [user, system] = timesOf(which === 'all' ? `/proc/${pid}/stat` : `/proc/${pid}/task/${pid}/stat`);
  return user! + system!;
}

/** Of a process, and of its children that have ended. */
function timesOf(path: string): number[] {
  const fields = readFileSync(path, 'utf8').split(') ')[1]!.split(' ');
  return fields.slice(11, 15).map((ticks) => Number(ticks) / 100);
}

function familySeconds(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  const own = timesOf(`/proc/${pid}/stat`);
  return [...own, ...children.filter((child) => existsSync(`/proc/${child}`)).map(familySeconds)].reduce((all, one) => all + one, 0);
}

export function residentMegabytes(child: ChildProcess): number {
  return megabytesOf(child, 'VmRSS');
}

/** The most that was resident since the process began. */
export function highestMegabytes(child: ChildProcess): number {
  return megabytesOf(child, 'VmHWM');
}

function megabytesOf({ pid }: ChildProcess, which: string): number {
  return Number(new RegExp(`${which}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}

/** What follows a start or an import takes what the measured work would have. @param timeout milliseconds; 20 minutes where left out */
export async function atRest(child: ChildProcess, timeout = 20 * 60_000): Promise<void> {
  const end = performance.now() + timeout;
  for (let resting = 0; resting < calmSeconds && performance.now() < end;) {
    const before = processorSeconds(child, 'family');
    await pause(1000);
    resting = processorSeconds(child, 'family') - before < 0.1 ? resting + 1 : 0;
  }
}
