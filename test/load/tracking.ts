/**
 * How many tracked events a second are taken in at most, and how much slower the product page is beside two thousand a
 * second, against the page alone.
 */
import { randomUUID } from 'node:crypto';
import { rate, seconds, ShopUnderLoad } from './shop-under-load.js';

const perBatch = 100;
const writers = 4;
const steady = 2_000;
const track = 'mutation ($input: TrackEventsInput!) { trackEvents(input: $input) { acceptedCount } }';

const shop = await ShopUnderLoad.open();
let ids: string[] = [];

async function batchOf(visitorId: string): Promise<number> {
  const events = Array.from({ length: perBatch }, (_, at) => ({ eventId: randomUUID(), kind: 'VIEW', productId: ids[at % ids.length] }));
  const { trackEvents } = await shop.post<{ trackEvents: { acceptedCount: number } }>(track, { input: { visitorId, events } });
  return trackEvents.acceptedCount;
}

/** @returns how many events a second four writers get in who do nothing else */
async function capacity(): Promise<number> {
  let accepted = 0;
  const until = performance.now() + seconds * 1000;
  const write = async (visitorId: string): Promise<void> => {
    while (performance.now() < until) accepted += await batchOf(visitorId);
  };
  await Promise.all(Array.from({ length: writers }, () => write(randomUUID())));
  return accepted / seconds;
}

try {
  const { products } = await shop.post<{ products: { edges: { node: { id: string } }[] } }>(
    '{ products(first: 100) { edges { node { id } } } }',
  );
  ids = products.edges.map(({ node }) => node.id);
  await shop.measurePage();
  const alone = await shop.measurePage();
  const most = await capacity();
  let sent = 0;
  const pace = setInterval(() => void batchOf(randomUUID()).then((count) => (sent += count)), (1000 * perBatch) / steady);
  const beside = await shop.measurePage();
  clearInterval(pace);
  process.stdout.write(
    `at most ${Math.round(most)} events/s in batches of ${perBatch}\n` +
      `product page at ${rate} requests/s: median ${alone.p50.toFixed(1)} ms alone, ${beside.p50.toFixed(1)} ms beside ${Math.round(sent / (seconds + 1))} events/s (ratio ${(beside.p50 / alone.p50).toFixed(2)}), ` +
      `p99 ${alone.p99.toFixed(1)} and ${beside.p99.toFixed(1)} ms (ratio ${(beside.p99 / alone.p99).toFixed(2)})\n`,
  );
} finally {
  await shop.close();
}
