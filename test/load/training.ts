/**
 * How much slower the product page gets while the recommender trains: the page's 99th percentile with and without a
 * training beside it, in turns, at a rate that the server keeps up with.
 */
import { rate, ShopUnderLoad } from './shop-under-load.js';

const rounds = 5;

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const shop = await ShopUnderLoad.open();
try {
  const { signIn } = await shop.post<{ signIn: { accessToken: string } }>(
    'mutation { signIn(input: { email: "admin@plaza.example", password: "plaza-demo" }) { accessToken } }',
  );
  await shop.measurePage();
  const alone: number[] = [];
  const beside: number[] = [];
  let trainings = 0;
  for (let round = 0; round < rounds; round++) {
    alone.push((await shop.measurePage()).p99);
    let running = true;
    const training = (async () => {
      const train = 'mutation { trainRecommender(input: { wait: true }) { userErrors { code } } }';
      for (; running; trainings++) await shop.post(train, {}, signIn.accessToken);
    })();
    beside.push((await shop.measurePage()).p99);
    running = false;
    await training;
  }
  process.stdout.write(
    `product page at ${rate} requests/s, p99: alone ${median(alone)} ms, beside training ${median(beside)} ms (${trainings} trainings), ratio ${(median(beside) / median(alone)).toFixed(2)}\n`,
  );
} finally {
  await shop.close();
}
