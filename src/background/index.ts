/**
 * Threads whose work can wait. They run in a process of their own, all of which lets others go first: of a thread with a low
 * priority in this process, the collections of garbage would still be done at the priority of those who answer.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { entryOf, firstMessage, ThreadError } from '../threads.js';

/** What the process is asked of one of its threads. */
export type Order = { thread: number } & ({ start: ThreadStart } | { message: unknown } | { stop: true });

/** What the process tells of one of its threads. */
export type News = { thread: number } & ({ message: unknown } | { error: ToldError } | { exit: number });

/** As much of an error as crosses from one process to another. */
export type ToldError = Pick<Error, 'name' | 'message' | 'stack'>;

export interface ThreadStart {
  /** The address of its entry. */
  entry: string;
  name: string;
  workerData: unknown;
}

/** A thread of the other process; it tells `message`, `error` and `exit` as a `Worker` does. */
export class BackgroundThread extends EventEmitter<{ message: [unknown]; error: [Error]; exit: [number] }> {
  private ended = false;

  constructor(
    private readonly id: number,
    private readonly process: BackgroundProcess,
  ) {
    super();
    this.once('exit', () => (this.ended = true));
  }

  /** @throws ThreadError where it has ended; Error for what cannot be copied */
  postMessage(message: unknown): void {
    if (this.ended) throw new ThreadError('The thread has ended.');
    this.process.send({ thread: this.id, message });
  }

  /** Ends it, whatever it does. */
  async terminate(): Promise<void> {
    if (this.ended) return;
    const exit = once(this, 'exit');
    this.process.send({ thread: this.id, stop: true });
    await exit;
  }

  /** Takes what is told of it. */
  tell(news: News): void {
    if ('message' in news) this.emit('message', news.message);
    else if ('exit' in news) this.emit('exit', news.exit);
    else if (this.listenerCount('error') > 0) this.emit('error', Object.assign(new Error(news.error.message), news.error));
  }
}

/** Milliseconds for which the process stays without a thread: starting one stops a large process for a moment. */
const longestRest = 60_000;

/** Starts when it is needed, and again should it end. */
export class BackgroundProcess {
  private child: ChildProcess | null = null;
  private readonly threads = new Map<number, BackgroundThread>();
  private lastId = 0;
  private resting: NodeJS.Timeout | undefined;

  /** @param rest milliseconds for which the process stays without a thread */
  constructor(private readonly rest = longestRest) {}

  /** @throws ThreadError if there is no such entry */
  start(name: string, workerData: unknown): BackgroundThread {
    const entry = entryOf(name).href;
    clearTimeout(this.resting);
    const id = ++this.lastId;
    const thread = new BackgroundThread(id, this);
    this.threads.set(id, thread);
    thread.once('exit', () => this.forget(id));
    this.send({ thread: id, start: { entry, name, workerData } });
    return thread;
  }

  send(order: Order): void {
    const child = (this.child ??= this.launch());
    child.ref();
    child.channel?.ref();
    // Where it is gone already, its end is told of all its threads.
    child.send(order, () => {});
  }

  /** A process that nobody waits for keeps nobody from ending. */
  private forget(id: number): void {
    this.threads.delete(id);
    if (this.threads.size > 0) return;
    this.child?.unref();
    this.child?.channel?.unref();
    this.resting = setTimeout(() => this.end(), this.rest).unref();
  }

  private end(): void {
    const child = this.child;
    this.child = null;
    child?.disconnect();
  }

  private launch(): ChildProcess {
    const child = fork(fileURLToPath(entryOf('background/process')), {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (news: News) => this.threads.get(news.thread)?.tell(news));
    child.once('error', (error) => this.lose(child, new ThreadError(`The process for background work could not start: ${error.message}`)));
    child.once('exit', () => this.lose(child, new ThreadError('The process for background work ended early.')));
    return child;
  }

  private lose(child: ChildProcess, error: ThreadError): void {
    if (this.child !== child) return;
    this.child = null;
    for (const [id, thread] of [...this.threads]) {
      thread.tell({ thread: id, error });
      thread.tell({ thread: id, exit: 1 });
    }
  }
}

const background = new BackgroundProcess();

/**
 * Starts a thread in the background.
 * @param name the entry's path below the sources, without extension, such as `opinions/worker`
 * @param workerData what the entry reads as `workerData`, copied
 * @throws ThreadError if there is no such entry
 */
export function startBackgroundThread(name: string, workerData: unknown): BackgroundThread {
  return background.start(name, workerData);
}

/**
 * Runs a thread in the background that answers once and is stopped then.
 * @param name, workerData as for `startBackgroundThread`
 * @param signal stops it before it has answered
 * @throws ThreadError if it cannot start or is stopped, or what the thread threw
 */
export async function answerFromBackground<Answer>(name: string, workerData: unknown, signal?: AbortSignal): Promise<Answer> {
  const thread = startBackgroundThread(name, workerData);
  const stop = (): void => void thread.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await firstMessage<Answer>(thread);
  } finally {
    signal?.removeEventListener('abort', stop);
    await thread.terminate();
  }
}
