/** What a collection demands of its documents, and whether change streams tell them as they were. */
import type { Document } from 'bson';
import { CommandError } from './errors.js';
import { compileFilter } from './query/matching.js';
import { isDocument, type Value } from './values/types.js';

const names = ['validator', 'validationLevel', 'validationAction'] as const;
const allowed: Record<string, readonly string[]> = { validationLevel: ['off', 'strict', 'moderate'], validationAction: ['error', 'warn'] };

/** The options of a collection that a command names. @throws CommandError where one is malformed */
export function collectionOptions(command: Document): Document {
  const options: Document = {};
  for (const name of names) {
    const value = command[name] as Value;
    if (value === undefined) continue;
    if (name === 'validator') {
      if (!isDocument(value)) throw new CommandError(14, "BSON field 'validator' is the wrong type, expected type 'object'");
      compileFilter(value);
    } else if (!allowed[name]!.includes(value as string)) {
      throw new CommandError(2, `Enumeration value for field '${name}' is not a valid value.`);
    }
    options[name] = value;
  }
  const images = command[imagesOption] as Value;
  if (images !== undefined) options[imagesOption] = requireImagesOption(images);
  return options;
}

const imagesOption = 'changeStreamPreAndPostImages';

function requireImagesOption(value: Value): Document {
  if (isDocument(value) && typeof value['enabled'] === 'boolean' && Object.keys(value).length === 1) return value;
  throw new CommandError(14, `BSON field '${imagesOption}' must be a document with the boolean 'enabled'`);
}

/** Whether changes of the collection are noted with the documents before and after. */
export function keepsImages(options: Document): boolean {
  return (options[imagesOption] as { enabled?: boolean } | undefined)?.enabled === true;
}

/** A test of documents, or null where every document may be stored. */
export function compileValidator({ validator, validationLevel, validationAction }: Document): ((document: Document) => boolean) | null {
  if (!isDocument(validator) || Object.keys(validator).length === 0) return null;
  if (validationLevel === 'off' || validationAction === 'warn') return null;
  return compileFilter(validator);
}
