/** Documents that the release under test would refuse to write. */
import type { Schema } from 'mongoose';
import type { Database } from '../../src/store/database.js';
import { documentCheck, InvalidDocument } from '../../src/store/document-check.js';

/** @returns what is wrong with each, beginning with its collection */
export async function unfitDocuments({ connection }: Database): Promise<string[]> {
  const problems: string[] = [];
  for (const model of Object.values(connection.models)) {
    const { collectionName } = model.collection;
    for await (const document of model.collection.find()) {
      try {
        documentCheck(model.schema as Schema)(document);
      } catch (error) {
        problems.push(error instanceof InvalidDocument ? error.within(collectionName).message : String(error));
      }
    }
  }
  return problems;
}
