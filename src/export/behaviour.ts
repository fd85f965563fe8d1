/** What people did with products, for data science: no names, and nobody who has opted out. */
import { createHmac, randomBytes } from 'node:crypto';
import Papa from 'papaparse';
import type { BehaviourVerbs } from '../modules/behaviour/index.js';
import { pointsPerStar } from '../scoring/index.js';

const columns = ['user', 'product', 'rating', 'views', 'carts', 'purchases', 'comments', 'last_at'];

/**
 * A row for each user and product. Users go by pseudonyms that are made anew for each export: two exports cannot be
 * joined, and nobody can tell from one who somebody is.
 */
export async function* behaviourRows({
  behaviour,
}: {
  behaviour: Pick<BehaviourVerbs, 'allInteractions' | 'personalisedUsers'>;
}): AsyncGenerator<string> {
  const key = randomBytes(32);
  const mayBeUsed = await behaviour.personalisedUsers();
  yield `${columns.join(',')}\n`;
  for await (const { user, product, points, views, carts, purchases, comments, lastAt } of behaviour.allInteractions()) {
    if (!mayBeUsed(user)) continue;
    const pseudonym = createHmac('sha256', key).update(user.id).digest('base64url').slice(0, 16);
    const rating = points === null ? '' : points / pointsPerStar;
    yield `${Papa.unparse([[pseudonym, product.toHexString(), rating, views, carts, purchases, comments, lastAt.toISOString()]])}\n`;
  }
}
