/** Loader definitions over models. */
import type { Types } from 'mongoose';
import type { LoaderDefinition } from '../relay/context.js';
import type { ExternalKey } from '../relay/find-one.js';
import { findStored, type AnyModel } from './documents.js';

/** Loads lean documents by `_id`, one query a batch. */
export function byId<Document extends { _id: Types.ObjectId }>(
  model: AnyModel,
  projection: Record<string, 0 | 1> = {},
): LoaderDefinition<Types.ObjectId, Document> {
  return {
    cacheKey: (id) => id.toString(),
    async batch(ids) {
      const found = await findStored<Document>(model, { _id: { $in: ids } }, { projection });
      const byKey = new Map(found.map((document) => [document._id.toString(), document]));
      return ids.map((id) => byKey.get(id.toString()) ?? null);
    },
  };
}

/**
 * Loads lean documents by what they are called in another system, one query for each system of a batch.
 * @param sourceField the field that holds the system, indexed with `externalId`
 */
export function byExternalKey<Document extends { externalId?: string }>(
  model: AnyModel,
  sourceField: string,
  projection: Record<string, 0 | 1> = {},
): LoaderDefinition<ExternalKey, Document> {
  return {
    cacheKey: externalKeyText,
    async batch(keys) {
      const sources = [...new Set(keys.map(({ source }) => source))];
      const named = await Promise.all(
        sources.map(async (source) => {
          const externalIds = keys.filter((key) => key.source === source).map(({ externalId }) => externalId);
          const found = (await model.find({ [sourceField]: source, externalId: { $in: externalIds } }, projection).lean()) as Document[];
          return found.map((document) => [externalKeyText({ source, externalId: document.externalId! }), document] as const);
        }),
      );
      const byKey = new Map(named.flat());
      return keys.map((key) => byKey.get(externalKeyText(key)) ?? null);
    },
  };
}

function externalKeyText({ source, externalId }: ExternalKey): string {
  return JSON.stringify([source, externalId]);
}

/** Whose what: two ids that together are a document's key. */
export interface Pair {
  subject: Types.ObjectId;
  user: Types.ObjectId;
}

/** The `_id` of what a user has once for each subject, such as a vote. */
export function pairKey({ subject, user }: Pair): string {
  return `${subject.toHexString()}:${user.toHexString()}`;
}

/** Loads lean documents whose `_id` is such a key, one query a batch. */
export function byPair<Document extends { _id: string }>(model: AnyModel): LoaderDefinition<Pair, Document> {
  return {
    cacheKey: pairKey,
    async batch(pairs) {
      const ids = pairs.map(pairKey);
      const found = await findStored<Document>(model, { _id: { $in: ids } });
      const byKey = new Map(found.map((document) => [document._id, document]));
      return ids.map((id) => byKey.get(id) ?? null);
    },
  };
}

/**
 * Loads whether there is a document of a user about a subject, one query a batch. All pairs of a batch are of one user,
 * the viewer.
 * @param fields which of the document's indexed fields hold the two
 */
export function existsByPair(model: AnyModel, fields: { user: string; subject: string }): LoaderDefinition<Pair, boolean> {
  return {
    cacheKey: pairKey,
    async batch(pairs) {
      const { user } = pairs[0]!;
      const filter = { [fields.user]: user, [fields.subject]: { $in: pairs.map(({ subject }) => subject) } };
      const found = await findStored<Record<string, Types.ObjectId>>(model, filter, { projection: { [fields.subject]: 1 } });
      const subjects = new Set(found.map((document) => document[fields.subject]!.toString()));
      return pairs.map(({ subject }) => subjects.has(subject.toString()));
    },
  };
}
