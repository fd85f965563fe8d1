/**
 * How much slower the product page gets while the recommender trains on a shop's ratings: the page's 99th percentile with
 * and without a training beside it, in turns, at a rate that the server keeps up with.
 *
 *   npm run bench:training -- [ratings]
 */
import { rate, ShopUnderLoad } from './shop-under-load.js';

const rounds = 5;
const ratings = Number(process.argv[2] ?? 100_000);

const train = 'mutation { trainRecommender(input: { wait: true }) { userErrors { code } } }';

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const shop = await ShopUnderLoad.open();
try {
  const { signIn } = await shop.post<{ signIn: { accessToken: string } }>(
    'mutation { signIn(input: { email: "admin@plaza.example", password: "plaza-demo" }) { accessToken } }',
  );
  if (ratings > 0) await shop.addRatings(ratings);
  await shop.post(train, {}, signIn.accessToken);
  await shop.measurePage();
  const alone: number[] = [];
  const beside: number[] = [];
  let trainings = 0;
  for (let round = 0; round < rounds; round++) {
    alone.push((await shop.measurePage()).p99);
    let running = true;
    const training = (async () => {
      for (; running; trainings++) await shop.post(train, {}, signIn.accessToken);
    })();
    beside.push((await shop.measurePage()).p99);
    running = false;
    await training;
  }
  process.stdout.write(
    `product page at ${rate} requests/s beside training on ${ratings} ratings and the demo shop’s, p99: alone ${median(alone)} ms, beside training ${median(beside)} ms (${trainings} trainings), ratio ${(median(beside) / median(alone)).toFixed(2)}\n`,
  );
} finally {
  await shop.close();
}
