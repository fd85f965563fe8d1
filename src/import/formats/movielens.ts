/** Every release of MovieLens: 100k (tabs), 1M and 10M (`::`), 20M, 25M and 32M (CSV with a header). */
import { plainRating, Rejected, type ImportedProduct } from '../record.js';
import { timeOf } from '../times.js';
import { keyOf, labelOf, maxTitle, ratingOn } from '../values.js';
import type { LineFormat, TableFormat } from './format.js';

const scale = { least: 0.5, most: 5 };
const base = { scale, category: 'Films', html: false } as const;

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

/** `id|title|…|19 genre flags` (100k) or `id::title::genre|genre` (1M, 10M). */
export const movielensItems: LineFormat = {
  ...base,
  layout: 'lines',
  name: 'movielens-items',
  read(line) {
    if (line.includes('::')) {
      const [id, title, names] = line.split('::');
      return { product: film(id, title, names) };
    }
    const parts = line.split('|');
    if (parts.length < genres.length + 2) throw new Rejected('expected "id|title|…" with 19 flags of genres, or "id::title::genres"');
    const flags = parts.slice(-genres.length);
    const names = genres.filter((_, at) => flags[at] === '1' && at > 0);
    return { product: film(parts[0], parts[1], names.join('|')) };
  },
};

/** `user item rating timestamp`, separated by tabs or `::`. */
export const movielensLines: LineFormat = {
  ...base,
  layout: 'lines',
  name: 'movielens',
  products: movielensItems,
  read(line) {
    const [user, item, rating, time, ...rest] = line.split(line.includes('::') ? '::' : /\t/);
    if (rating === undefined || rest.length > 0)
      throw new Rejected('expected "user item rating timestamp", separated by tabs, "::" or, with a header, commas');
    return {
      rating: plainRating(
        keyOf('user', 'user', user),
        keyOf('item', 'item', item),
        ratingOn('rating', scale, rating),
        timeOf('timestamp', time),
      ),
    };
  },
};

export const movielensMovies: TableFormat = {
  ...base,
  layout: 'table',
  name: 'movielens-items',
  columns: { product: ['movieId'], productTitle: ['title'], category: ['genres'] },
  required: [['product'], ['productTitle']],
  read: (row) => ({ product: film(row.text('product'), row.text('productTitle'), row.text('category')) }),
};

export const movielensRatings: TableFormat = {
  ...base,
  layout: 'table',
  name: 'movielens',
  products: movielensMovies,
  columns: { user: ['userId'], product: ['movieId'], rating: ['rating'], at: ['timestamp'] },
  required: [['user'], ['product'], ['rating']],
  read: (row) => ({
    rating: plainRating(
      keyOf('userId', 'user', row.text('user')),
      keyOf('movieId', 'item', row.text('product')),
      ratingOn('rating', scale, row.text('rating')),
      timeOf('timestamp', row.text('at')),
    ),
  }),
};

function film(id: string | undefined, title: string | undefined, names = ''): ImportedProduct {
  const known = names.split('|').filter((name) => name !== '' && name !== '(no genres listed)');
  return {
    product: keyOf('movieId', 'item', id),
    title: labelOf('title', title, maxTitle, false),
    category: labelOf('genres', known[0], 100, false),
    attributes: known.length > 1 ? [{ name: 'Genres', value: known.join(', ').slice(0, 200) }] : [],
  };
}
