/**
 * What the house holds on a user. Every module registers its own collections here, so that an export is
 * complete and an erasure leaves nothing, without a list that somebody must remember to extend.
 */
import type { Types } from 'mongoose';
import type { AnyModel } from '../../relay/loader.js';
import type { ClientSession } from '../../store/transaction.js';

/** An erasure under way, in one transaction. */
export interface Erasure {
  session: ClientSession;
  user: Types.ObjectId;
  /** Stands for the user in what stays, and leads to nobody. */
  ghost: Types.ObjectId;
  /** The same text without the user's name, handle and address. */
  redact: (text: string) => string;
}

export interface PersonalData {
  /** Its name in the export. */
  name: string;
  collect: (user: Types.ObjectId) => Promise<unknown[]>;
  erase: (erasure: Erasure) => Promise<void>;
}

const register: PersonalData[] = [];

export function registerPersonalData(data: PersonalData): void {
  register.push(data);
}

export function personalData(): readonly PersonalData[] {
  return register;
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

/** Registers a collection of documents that each belong to one user. */
export function registerOwnedDocuments({ name, model, owner, erase, texts = [] }: OwnedDocuments): void {
  registerPersonalData({
    name,
    collect: (user) => model.find({ [owner]: user }).lean(),
    async erase(erasure) {
      const { session, user } = erasure;
      if (erase === 'DELETE') await model.deleteMany({ [owner]: user }, { session });
      else await anonymise(model, owner, texts, erasure);
    },
  });
}

async function anonymise(model: AnyModel, owner: string, texts: string[], { session, user, ghost, redact }: Erasure): Promise<void> {
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
      return [{ updateOne: { filter: { _id: document._id }, update: { $set: { ...changed, [owner]: ghost } } } }];
    // Keys that are made of the user's id are made anew.
    const _id = document._id.replaceAll(user.toHexString(), ghost.toHexString());
    return [
      { deleteOne: { filter: { _id: document._id } } },
      { insertOne: { document: { ...document, ...changed, _id, [owner]: ghost } } },
    ];
  });
  if (operations.length > 0) await model.collection.bulkWrite(operations as never, { session });
}

/** Registers an indexed field through which others' documents point at a user: after an erasure it points at nobody. */
export function registerReference(name: string, model: AnyModel, field: string): void {
  registerPersonalData({
    name,
    collect: async () => [],
    erase: async ({ session, user, ghost }) => void (await model.updateMany({ [field]: user }, { $set: { [field]: ghost } }, { session })),
  });
}
