/** A format of files: how a line, or a row of a table, becomes what the shop knows. */
import type { DateOrder } from '../times.js';
import type { Entry, Scale } from '../record.js';
import type { ValueStyle } from '../values.js';

/** What is the same for every line of a file. */
export interface ReadingStyle extends ValueStyle {
  dateOrder: DateOrder | null;
  scale: Scale;
  /** Of prices that come without one. */
  currency: string | null;
}

interface FormatBase {
  name: string;
  scale: Scale;
  /** The category of products that come without one. */
  category: string;
  /** Whether texts hold HTML entities. */
  html: boolean;
  /** The format of a separate file of products, where there is one. */
  products?: Format;
}

/** One thing a line, without a header. */
export interface LineFormat extends FormatBase {
  layout: 'lines';
  /** @throws Rejected */
  read(line: string, style: ReadingStyle): Entry;
}

/** Comma-separated values with a header. */
export interface TableFormat extends FormatBase {
  layout: 'table';
  /**
   * By what names a column of a file goes, the best first; compared without case, spaces and punctuation. Where a row
   * leaves the best empty, the next that the file has is taken.
   */
  columns: Partial<Record<Field, readonly string[]>>;
  /** How its dates are written where they do not tell themselves. */
  dateOrder?: DateOrder;
  /** Of each group, a file must have at least one. */
  required: readonly (readonly Field[])[];
  /** @throws Rejected */
  read(row: Row, style: ReadingStyle): Entry;
}

export type Format = LineFormat | TableFormat;

/** What a column of a table can mean. */
export const fields = [
  'user',
  'userName',
  'email',
  'reviewId',
  'product',
  'rating',
  'qualityRating',
  'priceRating',
  'serviceRating',
  'title',
  'body',
  'at',
  'helpful',
  'unhelpful',
  'verified',
  'incentivised',
  'images',
  'reply',
  'replyAt',
  'replyPublic',
  'status',
  'productTitle',
  'description',
  'category',
  'price',
  'salePrice',
  'currency',
  'stock',
  'inStock',
  'backorder',
  'sku',
  'gtin',
  'mpn',
  'brand',
  'productImage',
  'rowType',
] as const;
export type Field = (typeof fields)[number];

/** A row of a table by the meaning of its columns. */
export interface Row {
  /** The value as it stands; empty where there is no such column. */
  text: (field: Field) => string;
  /** The own name of the column that has the value, for messages. */
  column: (field: Field) => string;
  has: (field: Field) => boolean;
}
