/** What a feature holds on a user: how it is exported, and what an erasure makes of it. */
import type { Types } from 'mongoose';
import type { Change, EventEntry } from '../realtime/index.js';
import type { ClientSession } from '../store/database.js';
import type { AnyModel } from '../store/documents.js';

/** An erasure under way: the account is gone, and what it left behind follows in bounded steps. */
export interface Erasure {
  user: Types.ObjectId;
  /** The handle that the user had. */
  handle: string;
  /** What another system called the user, and which. */
  external?: { source: string; externalId: string };
  /** Stands for the user in what stays, and leads to nobody, unless it is merged. */
  anonymousId: Types.ObjectId;
  /** Whether the user has joined an account of their own, which has what stays from now on. */
  isMerge: boolean;
  /** The same text without the user's name, handle and address. */
  redact: (text: string) => string;
}

/** One transaction of an erasure. */
export interface ErasureStep extends Erasure {
  session: ClientSession;
  /** Tells subscribers of what they may have on their screens. */
  emitMany: Change['emitMany'];
  /** How many documents the step may change. */
  max: number;
}

export interface PersonalData {
  /** Its name in the export. */
  name: string;
  collect: (user: Types.ObjectId) => Promise<unknown[]>;
  /**
   * Erases some of it, and changes nothing where nothing is left, so that a step may be taken again.
   * @returns how many documents it found: with fewer than `max` nothing is left
   */
  erase: (step: ErasureStep) => Promise<number>;
}

/** What a collection holds on people, in words for them. */
export interface HeldData {
  what: string;
  /** What for, and by which right. */
  why: string;
  /** How long, with the variables that say so. */
  retention: string;
  seenBy: string;
}

/** Every collection of a feature by its name: what it holds on people, or why nothing. */
export type Collections = Readonly<Record<string, HeldData | { none: string }>>;

interface OwnedDocuments<Document> {
  name: string;
  model: AnyModel;
  /** The indexed field that holds whose it is. */
  owner: string;
  /** What becomes of them: contributions stay without their author, everything else goes. */
  erase: 'ANONYMISE' | 'DELETE';
  /** Free text, from which an erasure takes the owner's name, handle and address. */
  texts?: string[];
  /** Fields that an erasure takes from contributions, and what stands there then. */
  cleared?: Record<string, unknown>;
  /** Fields that an export leaves out, since they are about others. */
  withheld?: string[];
  /** What subscribers are told of one that stays without its author; null for those that nobody sees. */
  changeOf?: (document: Document) => EventEntry | null;
}

/** A collection of documents that each belong to one user. */
export function ownedDocuments<Document>({
  name,
  model,
  owner,
  erase,
  texts = [],
  cleared = {},
  withheld = [],
  changeOf = () => null,
}: OwnedDocuments<Document>): PersonalData {
  return {
    name,
    collect: (user) => model.find({ [owner]: user }, Object.fromEntries(withheld.map((field) => [field, 0]))).lean(),
    async erase(step) {
      if (erase === 'DELETE') return deleteSome(model, { [owner]: step.user }, step);
      const documents = await anonymise(model, owner, { texts, cleared }, step);
      await step.emitMany(documents.map((document) => changeOf(document as Document)).filter((entry) => entry !== null));
      return documents.length;
    },
  };
}

/** Deletes some of the documents that a filter finds. */
export async function deleteSome(
  model: AnyModel,
  filter: Record<string, unknown>,
  { session, max }: Pick<ErasureStep, 'session' | 'max'>,
): Promise<number> {
  const found = await someOf(model, filter, { session, max });
  if (found.length > 0) await model.deleteMany({ _id: { $in: found } }, { session });
  return found.length;
}

/** Changes some of the documents that a filter finds, in such a way that it does not find them again. */
export async function updateSome(
  model: AnyModel,
  filter: Record<string, unknown>,
  update: object,
  { session, max }: Pick<ErasureStep, 'session' | 'max'>,
): Promise<number> {
  const found = await someOf(model, filter, { session, max });
  if (found.length > 0) await model.updateMany({ _id: { $in: found } }, update, { session });
  return found.length;
}

async function someOf(
  model: AnyModel,
  filter: Record<string, unknown>,
  { session, max }: Pick<ErasureStep, 'session' | 'max'>,
): Promise<unknown[]> {
  const found = await model.find(filter, { _id: 1 }).limit(max).session(session).lean();
  return found.map(({ _id }: { _id: unknown }) => _id);
}

type Owned = Record<string, unknown> & { _id: unknown };

/** @returns what it found, as it is since */
async function anonymise(
  model: AnyModel,
  owner: string,
  { texts, cleared }: { texts: string[]; cleared: Record<string, unknown> },
  step: ErasureStep,
): Promise<Owned[]> {
  const { session, user, anonymousId, redact, max } = step;
  const documents = (await model
    .find({ [owner]: user })
    .limit(max)
    .session(session)
    .lean()) as unknown as Owned[];
  const operations = documents.flatMap((document): object[] => {
    const redacted = Object.fromEntries(
      texts.filter((field) => typeof document[field] === 'string').map((field) => [field, redact(document[field] as string)]),
    );
    const changed = { ...redacted, ...cleared };
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
  return documents.map((document) => ({ ...document, [owner]: anonymousId }));
}

/** An indexed field through which others' documents point at a user: after an erasure it points at nobody. */
export function reference(name: string, model: AnyModel, field: string): PersonalData {
  return {
    name,
    collect: async () => [],
    erase: (step) => updateSome(model, { [field]: step.user }, { $set: { [field]: step.anonymousId } }, step),
  };
}
