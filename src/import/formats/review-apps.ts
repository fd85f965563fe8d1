/**
 * The exports of review apps and shop systems that people leave, and the templates of their imports. Loox's and Okendo's
 * columns are those of their templates; the others' are partly from general knowledge of these exports and not checked
 * against one, so each field has several names.
 */
import type { Entry } from '../record.js';
import type { Field, ReadingStyle, Row, TableFormat } from './format.js';
import { describesProducts, productIn, ratingIn } from './tables.js';

const base = { layout: 'table', scale: { least: 1, most: 5 }, category: 'Imported products', html: true } as const;

const reviewers = ['email', 'userName', 'user', 'reviewId'] as const satisfies readonly Field[];

function read(row: Row, style: ReadingStyle): Entry {
  return { rating: ratingIn(row, style), ...(describesProducts(row) && { product: productIn(row, style) }) };
}

const judgeme: TableFormat = {
  ...base,
  name: 'judgeme',
  columns: {
    title: ['title'],
    body: ['body'],
    rating: ['rating'],
    at: ['review_date'],
    status: ['curated'],
    verified: ['verified', 'verified_buyer'],
    rowType: ['source'],
    reviewId: ['review_id'],
    userName: ['reviewer_name'],
    email: ['reviewer_email'],
    product: ['product_handle', 'product_id', 'product_url'],
    productTitle: ['product_title'],
    reply: ['reply'],
    replyAt: ['reply_date'],
    images: ['picture_urls'],
  },
  // What its template asks for.
  dateOrder: 'dmy',
  required: [['rating'], ['product'], reviewers],
  read(row, style) {
    const entry = read(row, style);
    // Judge.me asks buyers by e-mail only: an answer to that is of a buyer.
    const asked = row.text('rowType').trim().toLowerCase() === 'email';
    return { ...entry, rating: { ...entry.rating!, verified: entry.rating!.verified || asked } };
  },
};

const yotpo: TableFormat = {
  ...base,
  name: 'yotpo',
  columns: {
    reviewId: ['Review ID', 'review_id'],
    title: ['Review Title', 'review_title'],
    body: ['Review Content', 'review_content'],
    rating: ['Review Score', 'review_score'],
    at: ['Review Creation Date', 'Date', 'review_date', 'date'],
    status: ['Review Status', 'Published', 'status'],
    verified: ['Verified Buyer', 'Reviewer Type', 'user_type'],
    userName: ['Reviewer Display Name', 'Display Name', 'display_name', 'Reviewer Name'],
    email: ['Reviewer Email', 'Email', 'email'],
    product: ['Product ID', 'product_id', 'sku'],
    productTitle: ['Product Title', 'Product Name', 'product_title'],
    description: ['Product Description', 'product_description'],
    productImage: ['Product Image URL', 'product_image_url'],
    helpful: ['Votes Up', 'votes_up'],
    unhelpful: ['Votes Down', 'votes_down'],
    reply: ['Comment Content', 'comment_content'],
    replyAt: ['Comment Creation Date', 'Comment Date', 'comment_created_at'],
    replyPublic: ['Comment Public', 'comment_public'],
    images: ['Published Image URLs', 'Published Image URL', 'Published Image/Video URL', 'published_image_url'],
  },
  required: [['rating'], ['product'], reviewers],
  read,
};

const loox: TableFormat = {
  ...base,
  name: 'loox',
  columns: {
    reviewId: ['id', 'review_id'],
    product: ['product_handle', 'handle', 'productId', 'product_id'],
    rating: ['rating'],
    userName: ['author', 'nickname', 'reviewer_name'],
    email: ['email'],
    body: ['body', 'review'],
    at: ['created_at', 'date'],
    images: ['photo_url', 'photo_urls', 'img'],
    title: ['title'],
    productTitle: ['product_title'],
    verified: ['verified_purchase', 'verified'],
    status: ['status', 'state', 'published'],
    reply: ['reply'],
    replyAt: ['replied_at', 'reply_date'],
    helpful: ['upvotes'],
    incentivised: ['incentivized'],
  },
  required: [['rating'], ['product'], reviewers],
  read,
};

const stamped: TableFormat = {
  ...base,
  name: 'stamped',
  columns: {
    reviewId: ['id', 'review_id'],
    product: ['product_id', 'productId', 'product_sku', 'productSKU', 'product_handle'],
    sku: ['product_sku', 'productSKU'],
    description: ['productDescription'],
    productTitle: ['product_title', 'productTitle', 'productName'],
    productImage: ['product_image', 'productImageUrl'],
    userName: ['author', 'reviewer_name', 'customerName'],
    email: ['email', 'customerEmail'],
    rating: ['review_rating', 'rating', 'reviewRating'],
    title: ['review_title', 'title', 'reviewTitle'],
    body: ['review_message', 'body', 'review', 'reviewMessage'],
    at: ['created_at', 'dateCreated', 'date_created', 'reviewDate'],
    status: ['published', 'reviewState', 'state', 'status'],
    verified: ['verified', 'reviewVerifiedType', 'verified_buyer'],
    reply: ['reply', 'reviewReply'],
    replyAt: ['replied_at', 'reply_date', 'reviewReplyDate'],
    images: ['photos', 'photo_urls', 'reviewUserPhotos'],
    helpful: ['votes_up', 'reviewVotesUp'],
    unhelpful: ['votes_down', 'reviewVotesDown'],
  },
  required: [['rating'], ['product'], reviewers],
  read: (row, style) => read(stampedRow(row), style),
};

/** How a buyer was verified is a number: 0 is not at all. */
function stampedRow(row: Row): Row {
  const isKind = comparesTo(row.column('verified'), 'reviewVerifiedType');
  return { ...row, text: (field) => (field === 'verified' && isKind && /^[1-9]$/.test(row.text(field).trim()) ? '1' : row.text(field)) };
}

function comparesTo(column: string, name: string): boolean {
  return column.toLowerCase().replaceAll('_', '') === name.toLowerCase();
}

const okendo: TableFormat = {
  ...base,
  name: 'okendo',
  columns: {
    reviewId: ['reviewId'],
    product: ['handle', 'productHandle', 'productId', 'sku'],
    productTitle: ['productName'],
    sku: ['sku'],
    userName: ['name', 'reviewerName'],
    email: ['email', 'reviewerEmail'],
    rating: ['rating'],
    title: ['title'],
    body: ['body'],
    at: ['dateCreated'],
    status: ['status', 'isApproved'],
    verified: ['isVerifiedBuyer', 'isVerified', 'verified', 'verifiedStatus'],
    incentivised: ['isIncentivized', 'incentivized'],
    images: ['imageUrls', 'media'],
    reply: ['reply', 'replyBody'],
    replyAt: ['replyDate', 'replyDateCreated'],
    replyPublic: ['replyIsPublic'],
    helpful: ['helpfulCount'],
    unhelpful: ['unhelpfulCount'],
  },
  required: [['rating'], ['product'], reviewers],
  read,
};

/** Magento keeps states as numbers and no overall rating of its own: it is the mean of what was rated. */
const magento: TableFormat = {
  ...base,
  name: 'magento',
  columns: {
    reviewId: ['review_id'],
    user: ['customer_id'],
    userName: ['nickname'],
    email: ['customer_email', 'email'],
    product: ['sku', 'product_sku', 'entity_pk_value', 'product_id'],
    productTitle: ['product_name', 'name'],
    title: ['title', 'summary'],
    body: ['detail', 'review'],
    rating: ['rating', 'rating_summary', 'overall'],
    qualityRating: ['Quality', 'rating:Quality', 'rating_quality'],
    priceRating: ['Price', 'Value', 'rating:Price', 'rating:Value', 'rating_price', 'rating_value'],
    serviceRating: ['Service', 'rating:Service', 'rating_service'],
    at: ['created_at', 'review_created_at', 'date'],
    status: ['status_id', 'status', 'review_status'],
  },
  required: [['rating', 'qualityRating', 'priceRating', 'serviceRating'], ['product'], reviewers],
  read: (row, style) => read(magentoRow(row), style),
};

const magentoStates: ReadonlyMap<string, string> = new Map(Object.entries({ 1: 'approved', 2: 'pending', 3: 'not approved' }));

function magentoRow(row: Row): Row {
  const text = (field: Field): string => {
    const value = row.text(field).trim();
    if (field === 'status') return magentoStates.get(value) ?? value;
    if (field === 'user') return isNothing(value) ? '' : `customer ${value}`;
    if (isNothing(value)) return field === 'rating' ? meanOf(row) : value === '0' ? row.text(field) : '';
    // `rating_summary` is in percent.
    return field === 'rating' && /summary/i.test(row.column('rating')) ? String(Number(value) / 20) : row.text(field);
  };
  return { ...row, text };
}

/** What databases write for nothing; a guest is the customer 0. */
function isNothing(value: string): boolean {
  return value === '' || value === '0' || /^(null|\\N)$/i.test(value);
}

function meanOf(row: Row): string {
  const given = (['qualityRating', 'priceRating', 'serviceRating'] as const)
    .map((field) => row.text(field).trim())
    .filter((value) => !isNothing(value));
  return given.length === 0 ? '' : String(given.reduce((sum, value) => sum + Number(value), 0) / given.length);
}

export const reviewApps: readonly TableFormat[] = [judgeme, yotpo, loox, stamped, okendo, magento];
