import { parse } from 'csv-parse/sync';
import { nameOf, ratingOn, Rejected, timeOf, type Format, type ImportedRating, type Scale } from '../record.js';

/** What a column of a CSV file can mean. */
export const csvFields = ['user', 'product', 'rating', 'title', 'body', 'at', 'productTitle', 'category', 'userName'] as const;
export type CsvField = (typeof csvFields)[number];
export type ColumnMapping = Partial<Record<CsvField, string>>;

/** Comma-separated values with a header; the mapping says which column holds what. One record a line. */
export function csv(mapping: ColumnMapping, scale: Scale): Format {
  const names = Object.fromEntries(csvFields.map((field) => [field, mapping[field] ?? field])) as Record<CsvField, string>;
  return {
    scale,
    category: 'Imported products',
    header: true,
    ratings: (header) => parserFor(fieldsOf(header ?? ''), names, scale, mapping),
  };
}

function parserFor(
  columns: string[],
  names: Record<CsvField, string>,
  scale: Scale,
  mapping: ColumnMapping,
): (line: string) => ImportedRating {
  for (const field of csvFields) {
    const required = field === 'user' || field === 'product' || field === 'rating' || mapping[field] !== undefined;
    if (required && !columns.includes(names[field])) {
      throw new Error(`there is no column "${names[field]}" for ${field}; the columns are ${columns.join(', ')}`);
    }
  }
  return (line) => {
    const values = fieldsOf(line);
    if (values.length !== columns.length) throw new Rejected(`expected ${columns.length} values, found ${values.length}`);
    const value = (field: CsvField): string => values[columns.indexOf(names[field])] ?? '';
    return {
      user: nameOf('user', value('user')),
      product: nameOf('product', value('product')),
      rating: ratingOn(scale, value('rating')),
      title: value('title').slice(0, 200),
      body: value('body').slice(0, 10_000),
      helpful: 0,
      verified: false,
      at: timeOf(value('at')),
      productTitle: value('productTitle').slice(0, 200) || undefined,
      category: value('category').slice(0, 100) || undefined,
      userName: value('userName').slice(0, 100) || undefined,
    };
  };
}

function fieldsOf(line: string): string[] {
  try {
    return parse(line, { bom: true, trim: true })[0] ?? [];
  } catch (error) {
    throw new Rejected(error instanceof Error ? error.message : 'this is not CSV');
  }
}
