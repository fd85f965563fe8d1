/** What a process that was started for a benchmark uses. Linux alone tells. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Fewer are a pause between two works. */
const calmSeconds = 10;

/** Of all threads, or of the first alone, since the process began. */
export function processorSeconds({ pid }: ChildProcess, which: 'all' | 'first' = 'all'): number {
  const path = which === 'all' ? `/proc/${pid}/stat` : `/proc/${pid}/task/${pid}/stat`;
  const fields = readFileSync(path, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
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
    const before = processorSeconds(child);
    await pause(1000);
    resting = processorSeconds(child) - before < 0.1 ? resting + 1 : 0;
  }
}
