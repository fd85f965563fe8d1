/** Seals anew what an earlier key sealed, so that it outlives that key. */
import type { DataKeys } from './data-keys.js';
import type { Logger } from './log.js';
import type { AnyModel } from './store/documents.js';
import { Worker } from './workers/index.js';

/** A field of a collection's documents whose text is sealed. */
export interface SealedField {
  model: AnyModel;
  field: string;
  /** What the text of a document is sealed as. */
  contextOf: (document: { _id: never }) => string;
}

const interval = 60 * 60 * 1000;

export function resealing(fields: readonly SealedField[], keys: DataKeys, log: Logger): Worker {
  return new Worker({
    name: 'sealed texts',
    interval,
    log,
    async run(signal) {
      for (const id of keys.earlierIds) for (const field of fields) await sealAnew(field, id, keys, signal);
    },
  });
}

/** Looks through all of a collection, which no index would pay for: it is done while keys are changed, and what is sealed waits for not long. */
async function sealAnew({ model, field, contextOf }: SealedField, id: string, keys: DataKeys, signal: AbortSignal): Promise<void> {
  const old = model
    .find({ [field]: { $gt: `${id}.`, $lt: `${id}/` } }, { [field]: 1 })
    .lean()
    .cursor();
  for await (const document of old as AsyncIterable<{ _id: never } & Record<string, string>>) {
    if (signal.aborted) return;
    const sealed = document[field]!;
    const context = contextOf(document);
    await model.updateOne({ _id: document._id, [field]: sealed }, { $set: { [field]: keys.seal(keys.open(sealed, context), context) } });
  }
}
