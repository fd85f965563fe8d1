/**
 * How much slower the product page gets while the recommender trains on a shop's ratings: the page's 99th percentile with
 * and without a training beside it, in turns, at a rate that the server keeps up with.
 *
 *   npm run bench:training -- [ratings] [runs]
 */
import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from './quantile.js';
import { rate, ShopUnderLoad } from './shop-under-load.js';

const [ratings = 100_000, runs = 1] = process.argv.slice(2).map(Number);
/** Of each run, whose figures are their medians. */
const rounds = 5;
const train = 'mutation { trainRecommender(input: {}) { userErrors { code } } }';
const status = '{ recommenderStatus { training } }';

const shop = await ShopUnderLoad.open();

async function trainAs(token: string): Promise<void> {
  const { trainRecommender } = await shop.post<{ trainRecommender: { userErrors: unknown[] } | null }>(train, {}, token);
  if (trainRecommender?.userErrors.length !== 0) throw new Error('The shop did not train.');
  // Nobody's request lasts for as long as a million ratings take.
  const isTraining = async (): Promise<boolean> =>
    (await shop.post<{ recommenderStatus: { training: boolean } }>(status)).recommenderStatus.training;
  while (await isTraining()) await pause(500);
}

/** A token lasts for a quarter of an hour. */
async function signIn(): Promise<string> {
  const { signIn: session } = await shop.post<{ signIn: { accessToken: string } }>(
    'mutation { signIn(input: { email: "admin@plaza.example", password: "plaza-demo" }) { accessToken } }',
  );
  return session.accessToken;
}

/** The page's 99th percentile beside trainings that follow each other without a pause, and how many there were. */
async function measureBeside(token: string): Promise<{ p99: number; trainings: number }> {
  let [running, trainings] = [true, 0];
  const training = (async () => {
    for (; running; trainings++) await trainAs(token);
  })();
  const { p99 } = await shop.measurePage();
  running = false;
  await training;
  return { p99, trainings };
}

try {
  if (ratings > 0) await shop.addRatings(ratings);
  await trainAs(await signIn());
  await shop.rest();
  await shop.measurePage();
  process.stdout.write(`product page at ${rate} requests/s beside training on ${ratings} ratings and the demo shop’s, p99:\n`);
  for (let run = 0; run < runs; run++) {
    const [alone, beside] = [[], []] as [number[], number[]];
    let trainings = 0;
    const token = await signIn();
    for (let round = 0; round < rounds; round++) {
      await shop.rest();
      alone.push((await shop.measurePage()).p99);
      const measured = await measureBeside(token);
      beside.push(measured.p99);
      trainings += measured.trainings;
    }
    const ratio = quantile(beside, 0.5) / quantile(alone, 0.5);
    process.stdout.write(
      `alone ${quantile(alone, 0.5).toFixed(1)} ms, beside training ${quantile(beside, 0.5).toFixed(1)} ms (${trainings} trainings), ratio ${ratio.toFixed(2)}\n`,
    );
  }
} finally {
  await shop.close();
}
