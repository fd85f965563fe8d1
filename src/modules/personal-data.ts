/** What a feature holds on a user: how it is exported, and what an erasure makes of it. */
import type { Types } from 'mongoose';
import type { ClientSession } from '../store/database.js';
import type { AnyModel } from '../store/documents.js';

/** An erasure under way, in one transaction. */
export interface Erasure {
  session: ClientSession;
  user: Types.ObjectId;
  /** Stands for the user in what stays, and leads to nobody. */
  anonymousId: Types.ObjectId;
  /** The same text without the user's name, handle and address. */
  redact: (text: string) => string;
}

export interface PersonalData {
  /** Its name in the export. */
  name: string;
  collect: (user: Types.ObjectId) => Promise<unknown[]>;
  erase: (erasure: Erasure) => Promise<void>;
}

interface OwnedDocuments {
  name: string;
  model: AnyModel;
  /** The indexed field that holds whose it is. */
  owner: string;
  /** What becomes of them: contributions stay without their author, everything else goes. */
  erase: 'ANONYMISE' | 'DELETE';
  /** Free text, from which an erasure takes the owner's name, handle and address. */
  texts?: string[];
}

/** A collection of documents that each belong to one user. */
export function ownedDocuments({ name, model, owner, erase, texts = [] }: OwnedDocuments): PersonalData {
  return {
    name,
    collect: (user) => model.find({ [owner]: user }).lean(),
    async erase(erasure) {
      const { session, user } = erasure;
      if (erase === 'DELETE') await model.deleteMany({ [owner]: user }, { session });
      else await anonymise(model, owner, texts, erasure);
    },
  };
}

async function anonymise(model: AnyModel, owner: string, texts: string[], erasure: Erasure): Promise<void> {
  const { session, user, anonymousId, redact } = erasure;
  type Owned = Record<string, unknown> & { _id: unknown };
  const documents = (await model
    .find({ [owner]: user })
    .session(session)
    .lean()) as unknown as Owned[];
  const operations = documents.flatMap((document): object[] => {
    const changed = Object.fromEntries(
      texts.filter((field) => typeof document[field] === 'string').map((field) => [field, redact(document[field] as string)]),
    );
    if (typeof document._id !== 'string')
      return [{ updateOne: { filter: { _id: document._id }, update: { $set: { ...changed, [owner]: anonymousId } } } }];
    // Keys that are made of the user's id are made anew.
    const _id = document._id.replaceAll(user.toHexString(), anonymousId.toHexString());
    return [
      { deleteOne: { filter: { _id: document._id } } },
      { insertOne: { document: { ...document, ...changed, _id, [owner]: anonymousId } } },
    ];
  });
  if (operations.length > 0) await model.bulkWrite(operations as never, { session });
}

/** An indexed field through which others' documents point at a user: after an erasure it points at nobody. */
export function reference(name: string, model: AnyModel, field: string): PersonalData {
  return {
    name,
    collect: async () => [],
    erase: async ({ session, user, anonymousId }) =>
      void (await model.updateMany({ [field]: user }, { $set: { [field]: anonymousId } }, { session })),
  };
}
