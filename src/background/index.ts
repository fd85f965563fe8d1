/**
 * Threads whose work can wait. They run in a process of their own, all of which lets others go first: of a thread with a low
 * priority in this process, the collections of garbage would still be done at the priority of those who answer.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { answerOf, entryOf, ThreadError } from '../threads.js';

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

  constructor(private readonly send: (order: { message: unknown } | { stop: true }) => void) {
    super();
    this.once('exit', () => (this.ended = true));
  }

  /** @throws ThreadError where it has ended; Error for what cannot be copied */
  postMessage(message: unknown): void {
    if (this.ended) throw new ThreadError('The thread has ended.');
    this.send({ message });
  }

  /** Ends it, whatever it does. */
  async terminate(): Promise<void> {
    if (this.ended) return;
    const exit = new Promise<void>((resolve) => this.once('exit', () => resolve()));
    this.send({ stop: true });
    await exit;
  }

  /** As a thread that nobody listens to, it fails without a word. */
  fail(error: Error): void {
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }
}

/** What an operator says of memory and certificates on the command line holds for background work too. */
const inherited = /^--(max-|use-|tls-)/;

/** One process and its threads. */
class BackgroundProcess {
  private readonly child: ChildProcess;
  private readonly threads = new Map<number, BackgroundThread>();
  private lastId = 0;
  private resting: NodeJS.Timeout | undefined;

  /** @throws ThreadError where the system has no room for it */
  constructor(private readonly rest: number) {
    try {
      this.child = fork(fileURLToPath(entryOf('background/process')), {
        execArgv: process.execArgv.filter((argument) => inherited.test(argument)),
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
    } catch (error) {
      throw couldNotStart(error as Error);
    }
    this.child.on('message', (news: News) => this.tell(news));
    this.child.once('error', (error) => this.lose(couldNotStart(error)));
    this.child.once('exit', () => this.lose(new ThreadError('The process for background work ended early.')));
  }

  /** Whether it takes threads. */
  get isOpen(): boolean {
    return this.child.connected;
  }

  start(start: ThreadStart): BackgroundThread {
    clearTimeout(this.resting);
    const id = ++this.lastId;
    const thread = new BackgroundThread((order) => this.send({ thread: id, ...order }));
    this.threads.set(id, thread);
    this.child.ref();
    this.child.channel?.ref();
    try {
      this.send({ thread: id, start });
    } catch (error) {
      this.forget(id);
      throw error;
    }
    return thread;
  }

  private send(order: Order): void {
    // Where it is gone already, its end is told of all its threads.
    this.child.send(order, () => {});
  }

  private tell(news: News): void {
    const thread = this.threads.get(news.thread);
    if (!thread) return;
    if ('message' in news) return void thread.emit('message', news.message);
    if ('error' in news) return thread.fail(Object.assign(new Error(news.error.message), news.error));
    this.forget(news.thread);
    thread.emit('exit', news.exit);
  }

  /** A process that nobody waits for keeps nobody from ending. */
  private forget(id: number): void {
    this.threads.delete(id);
    if (this.threads.size > 0) return;
    this.child.unref();
    this.child.channel?.unref();
    this.resting = setTimeout(() => this.isOpen && this.child.disconnect(), this.rest).unref();
  }

  private lose(error: ThreadError): void {
    clearTimeout(this.resting);
    for (const [id, thread] of [...this.threads]) {
      this.threads.delete(id);
      thread.fail(error);
      thread.emit('exit', 1);
    }
  }
}

function couldNotStart({ message }: Error): ThreadError {
  return new ThreadError(`The process for background work could not start: ${message}`);
}

/** Milliseconds for which the process stays without a thread: starting one stops a large process for a moment. */
const longestRest = 60_000;

/** A process for background work that starts when it is needed, and again where it has ended. */
export class Background {
  private current: BackgroundProcess | null = null;

  /** @param rest milliseconds for which the process stays without a thread */
  constructor(private readonly rest = longestRest) {}

  /** @throws ThreadError if there is no such entry, or no room for the process */
  start(name: string, workerData: unknown): BackgroundThread {
    const start = { entry: entryOf(name).href, name, workerData };
    if (!this.current?.isOpen) this.current = new BackgroundProcess(this.rest);
    return this.current.start(start);
  }
}

const background = new Background();

/**
 * Starts a thread in the background.
 * @param name the entry's path below the sources, without extension, such as `opinions/worker`
 * @param workerData what the entry reads as `workerData`, copied
 * @throws ThreadError if there is no such entry, or no room for the process
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
  signal?.throwIfAborted();
  return answerOf(startBackgroundThread(name, workerData), signal);
}
