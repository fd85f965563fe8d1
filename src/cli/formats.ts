/** The options that say what a file of ratings is, shared by import and evaluate. */
import { InvalidArgumentError } from 'commander';
import { amazonReviews } from '../import/formats/amazon-reviews.js';
import { csv, csvFields, type ColumnMapping, type CsvField } from '../import/formats/csv.js';
import { filmtrust } from '../import/formats/filmtrust.js';
import { movielens } from '../import/formats/movielens.js';
import type { Format, Scale } from '../import/record.js';

export const formatNames = ['filmtrust', 'movielens', 'amazon-reviews', 'csv'] as const;

export interface FormatOptions {
  format: (typeof formatNames)[number];
  columns: ColumnMapping;
  scale: Scale;
}

export function readMapping(text: string): ColumnMapping {
  const pairs = text.split(',').map((pair) => pair.split('='));
  for (const [field, column] of pairs) {
    if (!csvFields.includes(field as CsvField) || !column)
      throw new InvalidArgumentError(`expected field=column, with one of ${csvFields.join(', ')}`);
  }
  return Object.fromEntries(pairs) as ColumnMapping;
}

export function readScale(text: string): Scale {
  const match = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text);
  if (!match || Number(match[1]) >= Number(match[2])) throw new InvalidArgumentError('expected the least and the most, as 1-10');
  return { least: Number(match[1]), most: Number(match[2]) };
}

export function formatOf({ format, columns, scale }: FormatOptions): Format {
  return { filmtrust, movielens, 'amazon-reviews': amazonReviews, csv: csv(columns, scale) }[format];
}
