import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { answerFromBackground, BackgroundProcess, startBackgroundThread } from '../../src/background/index.js';
import { firstMessage, startThread } from '../../src/threads.js';
import { kill, startApi } from '../support/processes.js';
import { until } from '../support/until.js';

/** The number of SCHED_IDLE. */
const idle = 5;

/** What the kernel says of a process or a thread of it. */
function statOf(path: string): { parent: number; priority: number; policy: number } {
  const [, rest] = readFileSync(`${path}/stat`, 'utf8').split(/\) (?=[A-Z] )/);
  const fields = rest!.split(' ').map(Number);
  return { parent: fields[1]!, priority: fields[16]!, policy: fields[38]! };
}

/** The process that runs the background threads of a process. */
function backgroundOf(parent: number): number {
  const found = backgroundsOf(parent);
  expect(found).toHaveLength(1);
  return found[0]!;
}

function backgroundsOf(parent: number): number[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.filter((name) => isBackground(name, parent)).map(Number);
}

function isBackground(name: string, parent: number): boolean {
  try {
    return (
      statOf(`/proc/${name}`).parent === parent && readFileSync(`/proc/${name}/comm`, 'utf8').startsWith('plaza background'.slice(0, 15))
    );
  } catch {
    return false; // It has ended meanwhile.
  }
}

const task = { texts: [{ text: 'Good coffee.', stars: 5 }] };

async function answerInBackground(): Promise<unknown> {
  const thread = startBackgroundThread('opinions/worker', null);
  onTestFinished(() => thread.terminate());
  const answer = firstMessage(thread);
  thread.postMessage(task);
  return answer;
}

test('A background thread works as any other.', async () => {
  const thread = startThread('opinions/worker', null);
  onTestFinished(async () => void (await thread.terminate()));
  const answer = firstMessage(thread);
  thread.postMessage(task);
  expect(await answerInBackground()).toEqual(await answer);
});

test('All threads of the process that runs them let others go first.', async () => {
  await answerInBackground();
  const process_ = `/proc/${backgroundOf(process.pid)}/task`;
  const threads = readdirSync(process_).map((thread) => statOf(`${process_}/${thread}`));
  expect(threads.length).toBeGreaterThan(1);
  expect(threads).toEqual(
    threads.map(() => expect.objectContaining({ priority: constants.priority.PRIORITY_LOW, policy: idle }) as unknown),
  );
});

test('What a background thread throws is told to whoever waits for it.', async () => {
  await expect(answerFromBackground('fraud/worker', null)).rejects.toThrow('is not iterable');
});

test('Where the process is lost, what was asked of it fails, and what is asked next is answered by another.', async () => {
  await answerInBackground();
  const lost = backgroundOf(process.pid);
  const waiting = answerFromBackground('opinions/worker', null);
  const failure = expect(waiting).rejects.toThrow('The process for background work ended early.');
  process.kill(lost, 'SIGKILL');
  await failure;
  expect(await answerInBackground()).toHaveLength(1);
  expect(backgroundOf(process.pid)).not.toBe(lost);
});

test('The process ends once it has nothing to do, and another does what comes then.', async () => {
  const others = backgroundsOf(process.pid);
  const background = new BackgroundProcess(0);
  expect(await firstMessage(background.start('fraud/worker', []))).toEqual([]);
  await until(() => backgroundsOf(process.pid).every((found) => others.includes(found)));
  expect(await firstMessage(background.start('fraud/worker', []))).toEqual([]);
});

test('A thread that has ended takes no more messages.', async () => {
  const thread = startBackgroundThread('opinions/worker', null);
  await thread.terminate();
  expect(() => thread.postMessage(task)).toThrow('The thread has ended.');
});

test('In a server, those who answer go before the helpers that Node has begun with.', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'plaza-priorities-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const server = await startApi({ PLAZA_DATA_DIR: directory });
  onTestFinished(() => kill(server, 'SIGTERM'));
  const tasks = `/proc/${server.child.pid}/task`;
  const priorities = new Map(readdirSync(tasks).map((thread) => [Number(thread), statOf(`${tasks}/${thread}`).priority]));
  expect(priorities.get(server.child.pid!)).toBe(0);
  expect([...priorities.values()].filter((priority) => priority === 10).length).toBeGreaterThanOrEqual(4);
  // The store's and the search's threads are among those that answer.
  expect([...priorities.values()].filter((priority) => priority === 0).length).toBeGreaterThanOrEqual(4);
});

const starter = `
  import { answerFromBackground, BackgroundProcess, startBackgroundThread } from '${new URL('../../dist/background/index.js', import.meta.url).href}';
  console.log(JSON.stringify(await answerFromBackground('fraud/worker', [])));
  if (process.argv[1] === 'waits') startBackgroundThread('opinions/worker', null);
`;

test('A process ends although it has started one for background work, which ends with it.', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', starter], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [answer] = (await once(child.stdout, 'data')) as [Buffer];
  expect(answer.toString()).toBe('[]\n');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('The process for background work ends with whoever started it, even by force.', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', starter, 'waits'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const background = backgroundOf(child.pid!);
  child.kill('SIGKILL');
  await until(() => !existsSync(`/proc/${background}`));
});

test('A thread that is not there is told by its name.', () => {
  expect(() => startBackgroundThread('opinions/nobody', null)).toThrow('The thread opinions/nobody cannot start');
});
