import { nameOf, plainRating, ratingOn, Rejected, timeOf, type Format, type ImportedProduct } from '../record.js';

const scale = { least: 0.5, most: 5 };

/** The genres of the 100k data set's item file, in the order of its columns. */
const genres = [
  'Unknown',
  'Action',
  'Adventure',
  'Animation',
  'Children',
  'Comedy',
  'Crime',
  'Documentary',
  'Drama',
  'Fantasy',
  'Film-Noir',
  'Horror',
  'Musical',
  'Mystery',
  'Romance',
  'Sci-Fi',
  'Thriller',
  'War',
  'Western',
];

/** `user item rating timestamp`, separated by tabs (or `::`). */
export const movielens: Format = {
  scale,
  category: 'Films',
  header: false,
  ratings: () => (line) => {
    const [user, item, rating, time, ...rest] = line.split(line.includes('::') ? '::' : /\t/);
    if (rating === undefined || rest.length > 0) throw new Rejected('expected "user item rating timestamp", separated by tabs');
    return plainRating(nameOf('user', user), nameOf('item', item), ratingOn(scale, rating), timeOf(time));
  },
  product: productOf,
};

/** `id|title|…|19 genre flags` (100k) or `id::title::genre|genre` (1M). */
function productOf(line: string): ImportedProduct {
  if (line.includes('::')) {
    const [id, title, names] = line.split('::');
    return { product: nameOf('item', id), title: nameOf('title', title), category: names?.split('|')[0] };
  }
  const fields = line.split('|');
  const flags = fields.slice(-genres.length);
  const first = flags.indexOf('1');
  return { product: nameOf('item', fields[0]), title: nameOf('title', fields[1]), category: first > 0 ? genres[first] : undefined };
}
