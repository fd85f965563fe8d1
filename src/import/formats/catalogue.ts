/** Every format by its name, and how the files of a folder or an archive share the work. */
import { basename } from 'node:path';
import { ImportFailure, type Scale } from '../record.js';
import type { InputFile } from '../reading/input-files.js';
import { amazonProducts, amazonRatings, amazonReviews } from './amazon.js';
import { csv, csvProducts, mapped, type ColumnMapping } from './csv.js';
import { filmtrust, filmtrustTrust } from './filmtrust.js';
import type { Format } from './format.js';
import { movielensItems, movielensLines, movielensMovies, movielensRatings } from './movielens.js';
import { reviewApps } from './review-apps.js';
import { shopProducts } from './shop-products.js';

export interface FormatChoice {
  name: string;
  /** What its files may look like; the first line of a file decides. */
  variants: readonly Format[];
  /** How separate files of products may look. */
  products: readonly Format[];
  /** The names that the parts of a published data set have. */
  parts?: { ratings: RegExp; products?: RegExp; follows?: RegExp };
}

/** Files of a folder that an error names, so that it stays a sentence. */
const mostNamed = 10;

const plain = [filmtrust, amazonReviews, amazonProducts, ...reviewApps, ...shopProducts];

export const formatNames = [
  'filmtrust',
  'movielens',
  'amazon-reviews',
  'amazon-products',
  'csv',
  'csv-products',
  ...reviewApps.map(({ name }) => name),
  ...shopProducts.map(({ name }) => name),
];

export function formatNamed(name: string, columns: ColumnMapping, scale: Scale | undefined): FormatChoice {
  if (name === 'movielens') {
    const parts = { ratings: /^(ratings\.(csv|dat)|u\.data)(\.gz)?$/, products: /^(movies\.(csv|dat)|u\.item)(\.gz)?$/ };
    return { name, variants: [movielensRatings, movielensLines], products: [movielensMovies, movielensItems], parts };
  }
  const format =
    name === 'csv'
      ? csv(scale ?? { least: 1, most: 5 })
      : name === 'csv-products'
        ? csvProducts()
        : plain.find((candidate) => candidate.name === name);
  if (!format) throw new ImportFailure(`There is no format "${name}". There are ${formatNames.join(', ')}.`);
  const isMapped = Object.keys(columns).length > 0;
  if (isMapped && format.layout !== 'table') throw new ImportFailure(`${name} is no table, so that --columns says nothing of it.`);
  const own = isMapped && format.layout === 'table' ? mapped(format, columns) : format;
  const scaled = scale ? { ...own, scale } : own;
  const parts = name === 'filmtrust' ? { ratings: /^ratings\.txt(\.gz)?$/, follows: /^trust\.txt(\.gz)?$/ } : undefined;
  const ratings = format === amazonReviews ? [scale ? { ...amazonRatings, scale } : amazonRatings] : [];
  return { name, variants: [...ratings, scaled], products: format.products ? [format.products] : [], parts };
}

export const trustFormat: FormatChoice = { name: 'filmtrust-trust', variants: [filmtrustTrust], products: [] };

export interface PlannedFile {
  file: InputFile;
  format: FormatChoice;
}

/**
 * Which file of a folder or an archive is read as what: products first, so that reviews find them.
 * @throws ImportFailure where it is not clear which files are meant
 */
export function planFiles(path: string, files: readonly InputFile[], format: FormatChoice, single: boolean): PlannedFile[] {
  if (single) return [{ file: files[0]!, format }];
  const named = (pattern: RegExp | undefined): InputFile[] => (pattern ? files.filter(({ name }) => pattern.test(basename(name))) : []);
  const ratings = named(format.parts?.ratings);
  if (ratings.length === 1) {
    const products = { ...format, variants: format.products };
    return [
      ...named(format.parts!.products).map((file) => ({ file, format: products })),
      { file: ratings[0]!, format },
      ...named(format.parts!.follows).map((file) => ({ file, format: trustFormat })),
    ];
  }
  const data = files.filter(
    ({ name }) => /\.(csv|tsv|txt|jsonl?|ndjson|data|dat)(\.gz)?$/i.test(name) && !/(^|\/)(readme|license|__macosx|\.)/i.test(name),
  );
  if (data.length === 1) return [{ file: data[0]!, format }];
  const shown = files.slice(0, mostNamed).map(({ name }) => basename(name));
  const more = files.length > mostNamed ? ` and ${files.length - mostNamed} more` : '';
  throw new ImportFailure(`${path} holds ${shown.join(', ') || 'nothing'}${more}: it is not clear which of them is meant. Name the file.`);
}
