/** The formats that reviews are exported in and that an import reads back. */
import Papa from 'papaparse';
import { amazonLine } from '../import/formats/amazon.js';
import { exportColumns } from '../import/formats/csv.js';
import { protectedCell } from '../import/spreadsheet-cells.js';
import { escapeText } from '../import/values.js';
import type { ExportedReview } from './exported-reviews.js';

export interface ReviewFormat {
  /** What comes before the first review. */
  head: string;
  line: (exported: ExportedReview) => string;
}

export const amazonExport: ReviewFormat = {
  head: '',
  line: ({ rating, product, category }) => amazonLine(rating, product && { title: product.title, category }),
};

const columns: Record<(typeof exportColumns)[number], (exported: ExportedReview) => string | number> = {
  user: ({ rating }) => rating.user,
  userName: ({ rating }) => escapeText(rating.userName ?? ''),
  product: ({ rating }) => rating.product,
  productTitle: ({ product }) => escapeText(product?.title ?? ''),
  category: ({ category }) => escapeText(category),
  sku: ({ product }) => escapeText(product?.sku ?? ''),
  gtin: ({ product }) => product?.gtin ?? '',
  mpn: ({ product }) => escapeText(product?.mpn ?? ''),
  brand: ({ product }) => escapeText(product?.brand ?? ''),
  rating: ({ rating }) => rating.rating,
  qualityRating: ({ rating }) => rating.aspects.quality ?? '',
  priceRating: ({ rating }) => rating.aspects.price ?? '',
  serviceRating: ({ rating }) => rating.aspects.service ?? '',
  title: ({ rating }) => escapeText(rating.title),
  body: ({ rating }) => escapeText(rating.body),
  helpful: ({ rating }) => rating.helpful,
  unhelpful: ({ rating }) => rating.unhelpful,
  verified: ({ rating }) => String(rating.verified),
  incentivised: ({ rating }) => String(rating.incentivised),
  images: ({ rating }) => (rating.images.length > 0 ? JSON.stringify(rating.images) : ''),
  reply: ({ rating }) => escapeText(rating.reply?.body ?? ''),
  replyAt: ({ rating }) => rating.reply?.at?.toISOString() ?? '',
  at: ({ rating }) => rating.at!.toISOString(),
};

export const csvExport: ReviewFormat = {
  head: rowOf([...exportColumns]),
  line: (exported) => rowOf(exportColumns.map((name) => columns[name](exported))),
};

function rowOf(values: (string | number)[]): string {
  return `${Papa.unparse([values.map((value) => (typeof value === 'string' ? protectedCell(value) : value))])}\n`;
}
