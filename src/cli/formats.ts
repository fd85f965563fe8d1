/** The options that say what a file of ratings is, shared by import and evaluate. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { formatNamed, formatNames, type FormatChoice } from '../import/formats/catalogue.js';
import type { ColumnMapping } from '../import/formats/csv.js';
import { fields, type Field } from '../import/formats/format.js';
import type { ReadingOptions } from '../import/entries.js';
import type { Scale } from '../import/record.js';
import { isCurrency } from '../relay/currency.js';

export { formatNames };

export interface FormatOptions extends ReadingOptions {
  format: string;
  columns: ColumnMapping;
  scale?: Scale;
}

/** Columns that nobody wants read are named `-`. */
export function readMapping(text: string): ColumnMapping {
  const pairs = text.split(',').map((pair) => pair.split(/=(.*)/s).slice(0, 2));
  for (const [field, column] of pairs) {
    if (!fields.includes(field as Field) || !column)
      throw new InvalidArgumentError(`Expected field=column, with one of ${fields.join(', ')}.`);
  }
  return Object.fromEntries(pairs) as ColumnMapping;
}

export function readScale(text: string): Scale {
  const match = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text);
  if (!match || Number(match[1]) >= Number(match[2])) throw new InvalidArgumentError('Expected the least and the most, as 1-10.');
  return { least: Number(match[1]), most: Number(match[2]) };
}

function readCurrency(text: string): string {
  if (!isCurrency(text.toUpperCase())) throw new InvalidArgumentError('Expected an ISO 4217 code such as EUR.');
  return text.toUpperCase();
}

function readCharacter(text: string): string {
  const character = { tab: '\t', '\\t': '\t' }[text] ?? text;
  if (character.length !== 1) throw new InvalidArgumentError('Expected one character, or "tab".');
  return character;
}

/** How a file is written; what is left out is detected. */
export function withReadingOptions(command: Command): Command {
  return command
    .option(
      '--columns <mapping>',
      `with tables: maps fields to columns, as user=customer,product=sku,…; field=- leaves a field out; fields: ${fields.join(', ')}`,
      readMapping,
      {},
    )
    .option('--scale <min-max>', 'the scale of the ratings, such as 1-10', readScale)
    .option('--encoding <name>', 'encoding of the file, such as utf-8, windows-1252 or shift_jis')
    .option('--delimiter <character>', 'with tables: the character between values', readCharacter)
    .option('--quote <character>', 'with tables: the character around values', readCharacter)
    .option('--escape <character>', 'with tables: the character that escapes a quote', readCharacter)
    .addOption(new Option('--decimal <mark>', 'with tables: the decimal mark').choices(['.', ',']))
    .addOption(new Option('--date-order <order>', 'with tables: whether day or month comes first in 05/06/2020').choices(['dmy', 'mdy']))
    .option('--currency <code>', 'currency of prices without one', readCurrency)
    .option('--keep-html', 'keeps HTML entities in texts as they are')
    .option('--shorten', 'shortens titles and texts of reviews that are too long, instead of rejecting them');
}

export function formatOf({ format, columns, scale }: FormatOptions): FormatChoice {
  return formatNamed(format, columns, scale);
}
