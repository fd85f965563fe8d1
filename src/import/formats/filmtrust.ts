import { nameOf, plainRating, ratingOn, Rejected, type Format } from '../record.js';

const scale = { least: 0.5, most: 4 };

/** `user item rating` on each line. */
export const filmtrust: Format = {
  scale,
  category: 'Films',
  header: false,
  ratings: () => (line) => {
    const [user, item, rating, ...rest] = line.trim().split(/\s+/);
    if (rating === undefined || rest.length > 0) throw new Rejected('expected "user item rating"');
    return plainRating(nameOf('user', user), nameOf('item', item), ratingOn(scale, rating));
  },
};

/** `truster trustee 1` on each line. @throws Rejected */
export function trustOf(line: string): { truster: string; trustee: string } {
  const [truster, trustee, value, ...rest] = line.trim().split(/\s+/);
  if (trustee === undefined || rest.length > 0) throw new Rejected('expected "truster trustee 1"');
  if (value !== undefined && Number(value) !== 1) throw new Rejected(`the trust "${value.slice(0, 40)}" is not 1`);
  if (truster === trustee) throw new Rejected('nobody can trust themselves');
  return { truster: nameOf('truster', truster), trustee: nameOf('trustee', trustee) };
}
