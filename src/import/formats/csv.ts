/** Tables of any shop's own making: the columns are found by their names, or named on the command line. */
import type { Scale } from '../record.js';
import { fields, type Field, type TableFormat } from './format.js';
import { describesProducts, productIn, ratingIn, soldIn } from './tables.js';

export type ColumnMapping = Partial<Record<Field, string>>;

/** The columns of the program's own export, by which it is known again. */
export const exportColumns = [
  'user',
  'userName',
  'product',
  'productTitle',
  'category',
  'sku',
  'gtin',
  'mpn',
  'brand',
  'rating',
  'qualityRating',
  'priceRating',
  'serviceRating',
  'title',
  'body',
  'helpful',
  'unhelpful',
  'verified',
  'incentivised',
  'images',
  'reply',
  'replyAt',
  'at',
] as const;

/** By what names columns usually go. */
const usualNames: Record<Field, readonly string[]> = {
  user: ['user', 'userid', 'customer', 'customerid', 'reviewerid', 'authorid', 'buyer', 'memberid'],
  userName: ['userName', 'displayname', 'reviewername', 'customername', 'authorname', 'author', 'commentauthor', 'nickname', 'name'],
  email: ['email', 'emailaddress', 'useremail', 'customeremail', 'revieweremail', 'authoremail', 'commentauthoremail', 'mail'],
  reviewId: ['reviewId', 'commentid', 'id'],
  product: [
    'product',
    'productid',
    'item',
    'itemid',
    'sku',
    'productsku',
    'asin',
    'parentasin',
    'producthandle',
    'handle',
    'movieid',
    'commentpostid',
  ],
  rating: ['rating', 'stars', 'score', 'overall', 'reviewrating', 'reviewscore', 'starrating'],
  qualityRating: ['qualityRating'],
  priceRating: ['priceRating'],
  serviceRating: ['serviceRating'],
  title: ['title', 'reviewtitle', 'headline', 'summary', 'subject'],
  body: ['body', 'text', 'review', 'reviewtext', 'reviewbody', 'content', 'reviewcontent', 'comment', 'commentcontent', 'message'],
  at: [
    'at',
    'timestamp',
    'time',
    'date',
    'createdat',
    'datecreated',
    'reviewdate',
    'created',
    'submittedat',
    'commentdategmt',
    'commentdate',
  ],
  helpful: ['helpful', 'helpfulvotes', 'helpfulcount', 'upvotes', 'votesup'],
  unhelpful: ['unhelpful', 'unhelpfulvotes', 'unhelpfulcount', 'downvotes', 'votesdown'],
  verified: ['verified', 'verifiedpurchase', 'verifiedbuyer', 'isverified', 'isverifiedbuyer'],
  incentivised: ['incentivised', 'incentivized', 'isincentivized'],
  images: ['images', 'imageurls', 'pictures', 'pictureurls', 'photos', 'photourls', 'photourl'],
  reply: ['reply', 'response', 'merchantreply', 'answer'],
  replyAt: ['replyAt', 'replydate', 'repliedat', 'responsedate'],
  replyPublic: ['replyPublic', 'replyispublic'],
  status: [
    'status',
    'reviewstatus',
    'state',
    'reviewstate',
    'published',
    'ispublished',
    'approved',
    'isapproved',
    'commentapproved',
    'curated',
  ],
  productTitle: ['productTitle', 'productname', 'itemname', 'itemtitle'],
  description: ['description', 'productdescription'],
  category: ['category', 'productcategory', 'categoryname', 'genre'],
  price: ['price', 'productprice', 'amount'],
  salePrice: ['salePrice'],
  currency: ['currency', 'currencycode'],
  stock: ['stock', 'quantity', 'inventory'],
  inStock: ['inStock'],
  backorder: ['backorder', 'backorders', 'backordersallowed', 'allowbackorder', 'allowbackorders'],
  sku: ['sku', 'productsku'],
  gtin: ['gtin', 'ean', 'upc', 'isbn', 'barcode'],
  mpn: ['mpn', 'manufacturerpartnumber'],
  brand: ['brand', 'manufacturer', 'vendor'],
  productImage: ['productImage', 'imageurl', 'imagelink', 'productimageurl'],
  rowType: [],
};

const reviewOnly: Field[] = ['title', 'body', 'at', 'images', 'userName', 'reviewId', 'rating', 'status'];

/** A format whose columns the user names: those go before all others, and must be there. */
export function mapped(format: TableFormat, mapping: ColumnMapping): TableFormat {
  const required = format.required.map((group) => group.filter((field) => mapping[field] !== '-')).filter((group) => group.length > 0);
  return { ...format, columns: columnsWith(mapping, format.columns), required: [...required, ...mappedFields(mapping)] };
}

function columnsWith(mapping: ColumnMapping, names: Partial<Record<Field, readonly string[]>>): TableFormat['columns'] {
  return Object.fromEntries(
    fields.map((field) => [field, mapping[field] === undefined ? (names[field] ?? []) : mapping[field] === '-' ? [] : [mapping[field]]]),
  );
}

function mappedFields(mapping: ColumnMapping): Field[][] {
  return (Object.keys(mapping) as Field[]).filter((field) => mapping[field] !== '-').map((field) => [field]);
}

export function csvProducts(): TableFormat {
  const names: Partial<Record<Field, readonly string[]>> = {
    ...usualNames,
    ...Object.fromEntries(reviewOnly.map((field) => [field, []])),
    product: [...usualNames.product, 'id'],
    productTitle: [...usualNames.productTitle, 'title', 'name'],
    productImage: [...usualNames.productImage, 'image', 'images', 'imagesrc', 'picture'],
  };
  return {
    layout: 'table',
    name: 'csv-products',
    scale: { least: 1, most: 5 },
    category: 'Imported products',
    html: true,
    columns: names,
    required: [['product'], ['productTitle']],
    read: (row, style) => ({ product: { ...productIn(row, style), ...soldIn(row) } }),
  };
}

export function csv(scale: Scale): TableFormat {
  return {
    layout: 'table',
    name: 'csv',
    scale,
    category: 'Imported products',
    html: true,
    products: csvProducts(),
    columns: usualNames,
    required: [['product'], ['rating'], ['user', 'email', 'userName', 'reviewId']],
    read: (row, style) => ({
      rating: ratingIn(row, style),
      ...(describesProducts(row) && { product: productIn(row, style) }),
    }),
  };
}
