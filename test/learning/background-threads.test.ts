import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { MessageChannel, type Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { defaultParameters } from '../../src/recommender/parameters.js';
import { packInteractions } from '../../src/recommender/raw-interactions.js';
import type { TrainingInput, TrainingJob } from '../../src/recommender/worker.js';
import { firstMessage, startBackgroundThread, startThread } from '../../src/threads.js';

/** The number of SCHED_IDLE. */
const idle = 5;

/** How many of this process's threads let others go first. Elsewhere than on Linux threads have no priorities of their own. */
function lowThreads(): number {
  const low = readdirSync('/proc/self/task').filter((thread) => {
    const [, rest] = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(/\) (?=[A-Z] )/);
    const fields = rest!.split(' ').map(Number);
    return fields[16] === constants.priority.PRIORITY_LOW && fields[38] === idle;
  });
  return low.length;
}

async function answered(thread: Worker): Promise<unknown> {
  onTestFinished(async () => void (await thread.terminate()));
  const answer = firstMessage(thread);
  thread.postMessage({ texts: [{ text: 'Good coffee.', stars: 5 }] });
  return answer;
}

test('A thread whose work can wait lets others go first, and works as any other.', async () => {
  const before = lowThreads();
  const answer = await answered(startThread('opinions/worker', null));
  expect(lowThreads()).toBe(before);
  expect(await answered(startBackgroundThread('opinions/worker', null))).toEqual(answer);
  expect(lowThreads()).toBe(before + 1);
});

test('So do the threads that it starts itself.', async () => {
  const before = lowThreads();
  const { port1: input, port2: data } = new MessageChannel();
  const job: TrainingJob = { input, parameters: defaultParameters, now: Date.now(), bestRating: 5 };
  const learning = startBackgroundThread('recommender/worker', job, [input]);
  onTestFinished(async () => void (await learning.terminate()));
  let most = 0;
  learning.on('message', () => (most = Math.max(most, lowThreads() - before)));
  const trained = new Promise((resolve) => data.once('message', resolve));
  const [users, items] = [200, 40];
  const none = { views: 1, clicks: 0, carts: 0, purchases: 0, comments: 0, questions: 0, shares: 0, referrals: 0 };
  const interactions = packInteractions(
    Array.from({ length: users * 12 }, (_, at) => ({ user: at % users, item: (at * 7) % items, ...none, rating: 1, at: Date.now() })),
  );
  data.postMessage({ interactions } satisfies TrainingInput);
  const [userIds, productIds] = [users, items].map((count) => Array.from({ length: count }, (_, at) => String(at))) as [string[], string[]];
  data.postMessage({ context: { userIds, productIds, follows: [], terms: [] } } satisfies TrainingInput);
  expect(await trained).toMatchObject({ users, products: items });
  expect(most).toBeGreaterThan(1);
  data.close();
});

test('A thread that is not there is told by its name.', () => {
  expect(() => startBackgroundThread('opinions/nobody', null)).toThrow('The thread opinions/nobody cannot start');
});
