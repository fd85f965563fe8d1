/** Tables of any shop's own making: the columns are found by their names, or named on the command line. */
import type { Scale } from '../record.js';
import { fields, type Field, type TableFormat } from './format.js';
import { describesProducts, productIn, ratingIn } from './tables.js';

export type ColumnMapping = Partial<Record<Field, string>>;

/** By what names columns usually go. */
const usualNames: Record<Field, readonly string[]> = {
  user: ['user', 'userid', 'customer', 'customerid', 'reviewerid', 'authorid', 'buyer', 'memberid'],
  userName: ['userName', 'displayname', 'reviewername', 'customername', 'authorname', 'author', 'nickname', 'name'],
  email: ['email', 'emailaddress', 'useremail', 'customeremail', 'revieweremail', 'mail'],
  reviewId: ['reviewId', 'id'],
  product: ['product', 'productid', 'item', 'itemid', 'sku', 'productsku', 'asin', 'producthandle', 'handle', 'movieid'],
  rating: ['rating', 'stars', 'score', 'overall', 'reviewrating', 'reviewscore', 'starrating'],
  qualityRating: ['qualityRating'],
  priceRating: ['priceRating'],
  serviceRating: ['serviceRating'],
  title: ['title', 'reviewtitle', 'headline', 'summary', 'subject'],
  body: ['body', 'text', 'review', 'reviewtext', 'reviewbody', 'content', 'reviewcontent', 'comment', 'message'],
  at: ['at', 'timestamp', 'time', 'date', 'createdat', 'datecreated', 'reviewdate', 'created', 'submittedat'],
  helpful: ['helpful', 'helpfulvotes', 'helpfulcount', 'upvotes', 'votesup'],
  unhelpful: ['unhelpful', 'unhelpfulvotes', 'unhelpfulcount', 'downvotes', 'votesdown'],
  verified: ['verified', 'verifiedpurchase', 'verifiedbuyer', 'isverified'],
  incentivised: ['incentivised', 'incentivized', 'isincentivized'],
  images: ['images', 'imageurls', 'pictures', 'pictureurls', 'photos', 'photourls', 'photourl'],
  reply: ['reply', 'response', 'merchantreply', 'answer'],
  replyAt: ['replyAt', 'replydate', 'repliedat', 'responsedate'],
  status: ['status', 'reviewstatus'],
  productTitle: ['productTitle', 'productname', 'itemname', 'itemtitle'],
  description: ['description', 'productdescription'],
  category: ['category', 'productcategory', 'categoryname', 'genre'],
  price: ['price', 'productprice', 'amount'],
  salePrice: ['salePrice'],
  currency: ['currency', 'currencycode'],
  stock: ['stock', 'quantity', 'inventory'],
  backorder: ['backorder', 'backorders', 'backordersallowed', 'allowbackorder', 'allowbackorders'],
  sku: ['sku', 'productsku'],
  gtin: ['gtin', 'ean', 'upc', 'isbn', 'barcode'],
  mpn: ['mpn', 'manufacturerpartnumber'],
  brand: ['brand', 'manufacturer', 'vendor'],
  productImage: ['productImage', 'imageurl', 'imagelink', 'productimageurl'],
  rowType: [],
};

const reviewOnly: Field[] = ['title', 'body', 'at', 'images', 'userName', 'reviewId', 'rating'];

/** A column that the user names goes before all others, and must be there. */
function columnsWith(mapping: ColumnMapping, names: Partial<Record<Field, readonly string[]>>): TableFormat['columns'] {
  return Object.fromEntries(
    fields.map((field) => [field, mapping[field] === undefined ? (names[field] ?? []) : mapping[field] === '-' ? [] : [mapping[field]]]),
  );
}

function mappedFields(mapping: ColumnMapping): Field[][] {
  return (Object.keys(mapping) as Field[]).filter((field) => mapping[field] !== '-').map((field) => [field]);
}

export function csvProducts(mapping: ColumnMapping = {}): TableFormat {
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
    columns: columnsWith(mapping, names),
    required: [['product'], ['productTitle'], ...mappedFields(mapping)],
    read: (row, style) => ({ product: productIn(row, style) }),
  };
}

export function csv(mapping: ColumnMapping, scale: Scale): TableFormat {
  return {
    layout: 'table',
    name: 'csv',
    scale,
    category: 'Imported products',
    html: true,
    products: csvProducts(),
    columns: columnsWith(mapping, usualNames),
    required: [['product'], ['rating'], ['user', 'email', 'userName', 'reviewId'], ...mappedFields(mapping)],
    read: (row, style) => ({
      rating: ratingIn(row, style),
      ...(describesProducts(row) && { product: productIn(row, style) }),
    }),
  };
}
