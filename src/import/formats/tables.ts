/** What a row of any table of reviews or products says, by the meaning of its columns. */
import { Rejected, type ImportedProduct, type ImportedRating } from '../record.js';
import { timeOf } from '../times.js';
import {
  aspectOf,
  descriptionOf,
  emailOf,
  flagOf,
  isEmail,
  keyOf,
  labelOf,
  maxBody,
  maxName,
  maxTitle,
  gtinIn,
  priceOf,
  ratingOn,
  replyText,
  reviewText,
  reviewTitle,
  stockOf,
  urlsOf,
  votesOf,
  wordOf,
} from '../values.js';
import type { Field, ReadingStyle, Row } from './format.js';

const shownStates = new Set([
  '',
  'published',
  'publish',
  'approved',
  'approve',
  'ok',
  'true',
  'yes',
  '1',
  'active',
  'enabled',
  'visible',
  'shown',
  'live',
  'on',
  'public',
  'featured',
  'pinned',
  'null',
]);
const hiddenStates = new Set(
  [
    'unpublished',
    'hidden',
    'pending',
    'pending approval',
    'not approved',
    'rejected',
    'spam',
    'not yet',
    'off',
    'new',
    'removed',
    'blocked',
    'moderation',
    'in moderation',
    'awaiting moderation',
    'awaiting approval',
    'needs moderation',
    'not published',
    'disapproved',
    'declined',
    'draft',
    'disabled',
  ].concat(['false', 'no', '0', '-1', 'inactive', 'archived', 'deleted', 'trash', 'hold', 'unapproved', 'escalated', 'flagged', 'private']),
);

/** A day on which something was published or approved. */
const date = /^(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4})/;

/** @throws Rejected for a state that says neither */
export function isPublished(row: Row): boolean {
  const state = wordOf(row.text('status'));
  if (shownStates.has(state) || date.test(state)) return true;
  if (hiddenStates.has(state)) return false;
  const [column, given] = [row.column('status'), state.slice(0, 40)];
  throw new Rejected(`the status "${given}" says neither shown nor hidden; --columns status=- leaves the column out`, column, given);
}

/** @throws Rejected */
export function ratingIn(row: Row, style: ReadingStyle): ImportedRating {
  const email = emailOf(row.column('email'), row.text('email'));
  const { decimal } = style;
  const aspect = (field: Field) => aspectOf(row.column(field), row.text(field), decimal);
  const isPublic = row.text('replyPublic').trim() === '' || flagOf(row.column('replyPublic'), row.text('replyPublic'));
  const reply = isPublic ? replyText(row.column('reply'), row.text('reply'), style) : '';
  return {
    user: userOf(row, email),
    userName: labelOf(row.column('userName'), row.text('userName'), maxName, style.html),
    email: email ?? emailIn(row.text('user')),
    product: keyOf(row.column('product'), 'product', row.text('product')),
    rating: ratingOn(row.column('rating'), style.scale, row.text('rating'), decimal),
    aspects: { quality: aspect('qualityRating'), price: aspect('priceRating'), service: aspect('serviceRating') },
    title: reviewTitle(row.column('title'), row.text('title'), style),
    body: reviewText(row.column('body'), row.text('body'), maxBody, style),
    helpful: votesOf(row.column('helpful'), row.text('helpful')),
    unhelpful: votesOf(row.column('unhelpful'), row.text('unhelpful')),
    verified: flagOf(row.column('verified'), row.text('verified')),
    incentivised: flagOf(row.column('incentivised'), row.text('incentivised')),
    images: urlsOf(row.column('images'), row.text('images')),
    reply: reply.trim() === '' ? null : { body: reply, at: timeOf(row.column('replyAt'), row.text('replyAt'), style.dateOrder) },
    published: isPublished(row),
    at: timeOf(row.column('at'), row.text('at'), style.dateOrder),
  };
}

function emailIn(key: string): string | undefined {
  const text = key.trim().toLowerCase();
  return isEmail(text) ? text : undefined;
}

/** Where nothing names the user, each review is its own user's: two people of one name stay two. */
function userOf(row: Row, email: string | undefined): string {
  if (row.has('user') && row.text('user').trim() !== '') {
    const key = keyOf(row.column('user'), 'user', row.text('user'));
    return emailIn(key) ?? key;
  }
  if (email) return email;
  const review = row.text('reviewId').trim();
  const name = row.text('userName').trim();
  if (review !== '') return keyOf(row.column('reviewId'), 'user', `review ${review}`);
  if (name !== '') return keyOf(row.column('userName'), 'user', `${name.slice(0, 100)} ${row.text('at').trim()}`.trim());
  throw new Rejected('the user is missing', row.column('user') || row.column('email') || row.column('userName'));
}

/** What a row says of a product. @returns undefined where that is no more than its key @throws Rejected */
export function productIn(row: Row, style: ReadingStyle): ImportedProduct {
  const { decimal, html } = style;
  const price = row.text('salePrice').trim() === '' ? ('price' as const) : ('salePrice' as const);
  const currency = row.text('currency').trim().toUpperCase() || style.currency;
  const amount = row.text(price).trim();
  if (amount !== '' && !currency)
    throw new Rejected('the price has no currency; --currency gives one', row.column(price), amount.slice(0, 40));
  return {
    product: keyOf(row.column('product'), 'product', row.text('product')),
    title: labelOf(row.column('productTitle'), row.text('productTitle'), maxTitle, html),
    description: descriptionOf(row.column('description'), row.text('description'), html),
    category: labelOf(row.column('category'), row.text('category'), 100, html),
    price: currency ? priceOf(row.column(price), amount, currency, decimal) : undefined,
    stock: stockOf(row.column('stock'), row.text('stock'), decimal) ?? (isSoldOut(row) ? 0 : undefined),
    backorder: row.has('backorder') ? flagOf(row.column('backorder'), row.text('backorder')) : undefined,
    image: urlsOf(row.column('productImage'), row.text('productImage'))[0],
    ...identifiersIn(row, html),
  };
}

/** A product file's own states: of a review beside its product, they are the review's. */
export function soldIn(row: Row): Pick<ImportedProduct, 'archived'> {
  return row.text('status').trim() === '' ? {} : { archived: !isPublished(row) };
}

/** Shops that do not count their stock say only whether there is some. */
function isSoldOut(row: Row): boolean {
  return row.text('inStock').trim() !== '' && !flagOf(row.column('inStock'), row.text('inStock'));
}

function identifiersIn(row: Row, html: boolean): Pick<ImportedProduct, 'sku' | 'gtin' | 'mpn' | 'brand' | 'attributes'> {
  const value = (field: Field, max: number) => labelOf(row.column(field), row.text(field).replace(/^'/, ''), max, html);
  const code = value('gtin', 200);
  const gtin = code && gtinIn(code);
  return {
    sku: value('sku', 100),
    mpn: value('mpn', 100),
    brand: value('brand', 100),
    ...(gtin && { gtin }),
    attributes: code && !gtin ? [{ name: 'GTIN', value: code }] : [],
  };
}

const productFields: Field[] = ['productTitle', 'description', 'category', 'price', 'stock', 'sku', 'gtin', 'mpn', 'brand', 'productImage'];

/** Whether a table of reviews says something of their products too. */
export function describesProducts(row: Row): boolean {
  return productFields.some((field) => row.text(field) !== '');
}
