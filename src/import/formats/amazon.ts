/** One JSON object a line, with the names of any generation (2014, 2018, 2023) of the Amazon review data sets. */
import { plainRating, Rejected, type ImportedProduct, type ImportedRating } from '../record.js';
import { timeOf } from '../times.js';
import {
  aspectOf,
  descriptionOf,
  emailOf,
  escapeText,
  flagOf,
  gtinIn,
  keyOf,
  labelOf,
  maxBody,
  maxName,
  maxTitle,
  numberOf,
  priceOf,
  ratingOn,
  replyText,
  reviewText,
  reviewTitle,
  urlsOf,
  votesOf,
} from '../values.js';
import type { LineFormat, ReadingStyle, TableFormat } from './format.js';
import { parsePython } from './python-literal.js';

type Json = Record<string, unknown>;

const base = { layout: 'lines', scale: { least: 1, most: 5 }, category: 'Imported products', html: true } as const;

/** A value under the first of its names that the line has. */
interface Named {
  name: string;
  value: unknown;
}

function named(json: Json, ...names: string[]): Named {
  const name = names.find((candidate) => json[candidate] !== undefined && json[candidate] !== null) ?? names[0]!;
  return { name, value: json[name] };
}

/** Products of a review data set, from its metadata. */
export const amazonProducts: LineFormat = {
  ...base,
  name: 'amazon-products',
  read: (line, style) => ({ product: productOf(parse(line), style) }),
};

export const amazonReviews: LineFormat = {
  ...base,
  name: 'amazon-reviews',
  products: amazonProducts,
  read(line, style) {
    const json = parse(line);
    return { rating: ratingOf(json, style), ...productBeside(json) };
  },
};

/** The ratings alone, as the data set of 2023 has them in a table. */
export const amazonRatings: TableFormat = {
  ...base,
  layout: 'table',
  name: 'amazon-reviews',
  columns: { user: ['user_id'], product: ['parent_asin', 'asin'], rating: ['rating'], at: ['timestamp'] },
  required: [['user'], ['product'], ['rating']],
  read: (row, style) => ({
    rating: plainRating(
      keyOf(row.column('user'), 'user', row.text('user')),
      keyOf(row.column('product'), 'product', row.text('product')),
      ratingOn(row.column('rating'), style.scale, row.text('rating')),
      timeOf(row.column('at'), row.text('at')),
    ),
  }),
};

function ratingOf(json: Json, style: ReadingStyle): ImportedRating {
  const [user, product, rating] = [
    named(json, 'reviewerID', 'user_id'),
    named(json, 'parent_asin', 'asin'),
    named(json, 'overall', 'rating'),
  ];
  const [title, body, at] = [named(json, 'summary', 'title'), named(json, 'reviewText', 'text'), timeIn(json)];
  return {
    user: keyOf(user.name, 'reviewerID or user_id', user.value),
    userName: labelOf('reviewerName', json['reviewerName'] ?? undefined, maxName, true),
    email: emailOf('email', json['email']),
    product: keyOf(product.name, 'asin or parent_asin', product.value),
    rating: ratingOn(rating.name, style.scale, rating.value),
    aspects: aspectsOf(json['aspects']),
    title: reviewTitle(title.name, title.value, style),
    body: reviewText(body.name, body.value, maxBody, style),
    ...votesIn(json),
    verified: flagOf('verified', named(json, 'verified', 'verified_purchase').value),
    incentivised: flagOf('incentivised', json['incentivised']),
    images: imagesOf(named(json, 'images', 'image')),
    reply: replyOf(json['reply'], style),
    published: json['published'] === undefined || flagOf('published', json['published']),
    at: timeOf(at.name, at.value, 'mdy'),
  };
}

function timeIn(json: Json): Named {
  return named(json, 'unixReviewTime', 'timestamp', 'sort_timestamp', 'reviewTime');
}

function aspectsOf(value: unknown): ImportedRating['aspects'] {
  if (value === undefined || value === null) return {};
  const given = value as Json;
  return {
    quality: aspectOf('aspects.quality', given['quality'], '.'),
    price: aspectOf('aspects.price', given['price'], '.'),
    service: aspectOf('aspects.service', given['service'], '.'),
  };
}

/** `helpful: [up, all]`, `helpful_vote: up` or `vote: "1,234"`. */
function votesIn(json: Json): { helpful: number; unhelpful: number } {
  const { helpful, unhelpful_vote: unhelpful } = json;
  if (!Array.isArray(helpful)) {
    const votes = named(json, 'helpful_vote', 'helpful_votes', 'vote');
    return { helpful: votesOf(votes.name, votes.value), unhelpful: votesOf('unhelpful_vote', unhelpful) };
  }
  const [up, all] = [votesOf('helpful', helpful[0]), votesOf('helpful', helpful[1])];
  if (up > all) throw new Rejected(`${up} of ${all} helpful votes is impossible`, 'helpful', JSON.stringify(helpful).slice(0, 80));
  return { helpful: up, unhelpful: all - up };
}

/** Addresses (2018), or objects with one address for each size (2023). */
function imagesOf({ name, value }: Named): string[] {
  if (!Array.isArray(value)) return urlsOf(name, value);
  return urlsOf(
    name,
    value.map((image: unknown) => {
      if (typeof image !== 'object' || image === null) return image;
      return named(image as Json, 'large_image_url', 'hi_res', 'large', 'medium_image_url', 'small_image_url', 'thumb').value;
    }),
  );
}

function replyOf(value: unknown, style: ReadingStyle): ImportedRating['reply'] {
  if (typeof value !== 'object' || value === null) return null;
  const { body, timestamp } = value as Json;
  return { body: replyText('reply.body', body, style), at: timeOf('reply.timestamp', timestamp) };
}

/** What a line of ours says of its product, besides what it is called. */
function productBeside(json: Json): { product?: ImportedProduct } {
  const { productTitle } = json;
  if (typeof productTitle !== 'string') return {};
  const product = named(json, 'parent_asin', 'asin');
  return {
    product: {
      product: keyOf(product.name, 'asin or parent_asin', product.value),
      title: labelOf('productTitle', productTitle, maxTitle, true),
      category: labelOf('category', json['category'], 100, true),
      attributes: [],
    },
  };
}

function productOf(json: Json, style: ReadingStyle): ImportedProduct {
  const key = named(json, 'parent_asin', 'asin');
  const image = imagesOf(named(json, 'imageURLHighRes', 'imageURL', 'images', 'imUrl'))[0];
  const brand = labelOf('brand', named(json, 'brand', 'store').value, 100, true);
  return {
    product: keyOf(key.name, 'asin or parent_asin', key.value),
    title: labelOf('title', json['title'], maxTitle, true),
    description: descriptionOf('description', joined(json['description']), true),
    category: labelOf('categories', categoryIn(json), 100, true),
    price: priceIn(json['price'], style),
    image,
    brand,
    ...identifiersIn(json['details']),
    attributes: [],
  };
}

/** The details are in an object of any names (2023). */
function identifiersIn(details: unknown): Pick<ImportedProduct, 'gtin' | 'mpn'> {
  if (typeof details !== 'object' || details === null) return {};
  const { value: code } = named(details as Json, 'UPC', 'EAN', 'ISBN 13', 'ISBN-13');
  // Some have several, parted by spaces.
  const gtin = typeof code === 'string' ? code.split(/[\s,]/).flatMap((part) => gtinIn(part) ?? [])[0] : undefined;
  const part = named(details as Json, 'Manufacturer Part Number', 'Part Number', 'Item model number');
  const mpn = typeof part.value === 'string' ? labelOf(part.name, part.value, 100, true) : undefined;
  return { ...(gtin && { gtin }), ...(mpn && { mpn }) };
}

function joined(value: unknown): unknown {
  return Array.isArray(value) ? value.filter((part) => typeof part === 'string').join('\n') : value;
}

/** The narrowest category: the last of a path (2023), of a list of paths (2014), or the main one. */
function categoryIn(json: Json): unknown {
  const { categories, category, main_category: main, main_cat: older } = json;
  const paths = Array.isArray(categories) ? categories : Array.isArray(category) ? category : [];
  const path: unknown[] = Array.isArray(paths[0]) ? (paths[0] as unknown[]) : paths;
  return path.at(-1) ?? main ?? older;
}

/** Many products have "from 3.99", a range, "—" or a piece of a web page for a price: those have none. */
function priceIn(value: unknown, { currency }: ReadingStyle): ImportedProduct['price'] {
  const bare = typeof value === 'string' ? value.replace(/^\$/, '').trim() : value;
  if (Number.isNaN(numberOf(bare))) return undefined;
  return priceOf('price', String(bare), currency ?? 'USD', '.');
}

function parse(line: string): Json {
  let parsed: unknown;
  try {
    parsed = /^\s*\{\s*u?'/.test(line) ? parsePython(line) : JSON.parse(line);
  } catch {
    throw new Rejected('this is not JSON', '', line.slice(0, 80));
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Rejected('this is not a JSON object', '', line.slice(0, 80));
  return parsed as Json;
}

/** A review as a line of the same format, which the parser above reads back. */
export function amazonLine(rating: ImportedRating, product: { title: string; category: string } | null): string {
  const { aspects, reply, at } = rating;
  const review = {
    reviewerID: rating.user,
    reviewerName: rating.userName && escapeText(rating.userName),
    asin: rating.product,
    ...(product && { productTitle: escapeText(product.title), category: escapeText(product.category) }),
    overall: rating.rating,
    ...(Object.keys(aspects).length > 0 && { aspects }),
    summary: escapeText(rating.title),
    reviewText: escapeText(rating.body),
    helpful_vote: rating.helpful,
    ...(rating.unhelpful > 0 && { unhelpful_vote: rating.unhelpful }),
    verified: rating.verified,
    ...(rating.incentivised && { incentivised: true }),
    ...(rating.images.length > 0 && { image: rating.images }),
    ...(reply && { reply: { body: escapeText(reply.body), timestamp: reply.at?.getTime() } }),
    unixReviewTime: at && at.getTime() / 1000,
  };
  return `${JSON.stringify(review)}\n`;
}
