import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { answerFromBackground, Background, startBackgroundThread } from '../../src/background/index.js';
import type { TrainingOrder } from '../../src/modules/recommendation/training/training-thread.js';
import { defaultParameters } from '../../src/recommender/parameters.js';
import { startEmbeddedStore } from '../../src/store/embedded/index.js';
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

/** The threads of the process that runs background threads, each of which must let others go first. */
function lowThreads(): number {
  const tasks = `/proc/${backgroundOf(process.pid)}/task`;
  const threads = readdirSync(tasks).map((thread) => statOf(`${tasks}/${thread}`));
  const low = expect.objectContaining({ priority: constants.priority.PRIORITY_LOW, policy: idle }) as unknown;
  expect(threads).toEqual(threads.map(() => low));
  return threads.length;
}

test('All threads of the process that runs them let others go first.', async () => {
  await answerInBackground();
  expect(lowThreads()).toBeGreaterThan(1);
});

test('So do the threads that they start themselves.', async () => {
  await answerInBackground();
  const before = lowThreads();
  const directory = mkdtempSync(join(tmpdir(), 'plaza-background-'));
  const store = await startEmbeddedStore({ directory });
  const job = { parameters: defaultParameters, now: Date.now(), bestRating: 5 };
  const order: TrainingOrder = { job, storeUri: store.uri, consentRequired: false, goOn: false };
  const training = startBackgroundThread('modules/recommendation/training/training-thread', order);
  onTestFinished(async () => {
    await training.terminate();
    await store.stop();
    rmSync(directory, { recursive: true });
  });
  const told: unknown[] = [];
  training.on('message', (news) => told.push(news));
  await until(() => told.some((news) => 'nothing' in (news as object)));
  // The one that deals with the store, and the one that learns.
  expect(lowThreads()).toBeGreaterThanOrEqual(before + 2);
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

test('A thread that is stopped while its process is lost has ended as any other.', async () => {
  const others = backgroundsOf(process.pid);
  const thread = new Background().start('opinions/worker', null);
  const answer = firstMessage(thread);
  thread.postMessage(task);
  await answer;
  const [own] = backgroundsOf(process.pid).filter((found) => !others.includes(found));
  const stopped = thread.terminate();
  process.kill(own!, 'SIGKILL');
  await expect(stopped).resolves.toBeUndefined();
});

test('What is stopped before it starts does not start.', async () => {
  await expect(answerFromBackground('fraud/worker', [], AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
});

test('What cannot be copied is refused, and holds up nobody.', async () => {
  const background = new Background(0);
  const others = backgroundsOf(process.pid);
  expect(() => background.start('fraud/worker', () => {})).toThrow('could not be cloned');
  await until(() => backgroundsOf(process.pid).every((found) => others.includes(found)));
});

test('The process ends once it has nothing to do, and another does what comes then.', async () => {
  const others = backgroundsOf(process.pid);
  const background = new Background(0);
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
  const lasting = readdirSync(tasks).filter((thread) => existsSync(`${tasks}/${thread}/stat`));
  const priorities = new Map(lasting.map((thread) => [Number(thread), statOf(`${tasks}/${thread}`).priority]));
  expect(priorities.get(server.child.pid!)).toBe(0);
  // One that wakes others in time and four that collect garbage and compile; not those that hash passwords and read files.
  expect([...priorities.values()].filter((priority) => priority === 10)).toHaveLength(5);
});

/** Starts a script that starts background work, until it has said so many lines. */
async function starts(script: string, lines: number): Promise<{ child: ChildProcess; background: number }> {
  const module = new URL('../../dist/background/index.js', import.meta.url).href;
  const whole = `import { answerFromBackground, startBackgroundThread } from '${module}';\n${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', whole], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  for await (const part of child.stdout.iterator({ destroyOnReturn: false })) {
    said += String(part);
    if (said.split('\n').length > lines) break;
  }
  return { child, background: backgroundOf(child.pid!) };
}

function isGone(id: number): boolean {
  return !existsSync(`/proc/${id}`) || readFileSync(`/proc/${id}/stat`, 'utf8').includes(') Z ');
}

const answersOnce = `
  console.log(JSON.stringify(await answerFromBackground('fraud/worker', [])));
  await new Promise((resolve) => process.stdin.once('end', resolve).resume());
`;
const waits = `
  const thread = startBackgroundThread('opinions/worker', null);
  thread.on('message', () => console.log('answered'));
  thread.postMessage({ texts: [] });
`;

test('A process ends although it has started one for background work, which ends with it.', async () => {
  const { child, background } = await starts(answersOnce, 1);
  child.stdin!.end();
  await once(child, 'exit');
  expect(child.exitCode).toBe(0);
  await until(() => isGone(background));
});

test('The process for background work ends with whoever started it, even by force.', async () => {
  const { child, background } = await starts(waits, 1);
  child.kill('SIGKILL');
  await until(() => isGone(background));
});

test('A thread that is not there is told by its name.', () => {
  expect(() => startBackgroundThread('opinions/nobody', null)).toThrow('The thread opinions/nobody cannot start');
});
