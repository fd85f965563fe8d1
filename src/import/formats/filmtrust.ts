import { plainRating, Rejected } from '../record.js';
import { keyOf, ratingOn } from '../values.js';
import type { LineFormat } from './format.js';

const scale = { least: 0.5, most: 4 };

const base = { layout: 'lines', scale, category: 'Films', html: false } as const;

/** `user item rating` on each line. */
export const filmtrust: LineFormat = {
  ...base,
  name: 'filmtrust',
  read(line) {
    const [user, item, rating, ...rest] = line.trim().split(/\s+/);
    if (rating === undefined || rest.length > 0) throw new Rejected('expected "user item rating"');
    return { rating: plainRating(keyOf('user', 'user', user), keyOf('item', 'item', item), ratingOn('rating', scale, rating)) };
  },
};

/** `truster trustee 1` on each line. */
export const filmtrustTrust: LineFormat = {
  ...base,
  name: 'filmtrust-trust',
  read(line) {
    const [truster, trustee, value, ...rest] = line.trim().split(/\s+/);
    if (trustee === undefined || rest.length > 0) throw new Rejected('expected "truster trustee 1"');
    if (value !== undefined && Number(value) !== 1) throw new Rejected(`the trust "${value.slice(0, 40)}" is not 1`, 'value', value);
    if (truster === trustee) throw new Rejected('nobody can trust themselves', 'trustee', trustee);
    return { follow: { follower: keyOf('truster', 'truster', truster), followee: keyOf('trustee', 'trustee', trustee) } };
  },
};
