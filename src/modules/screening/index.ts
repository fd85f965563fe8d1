import { describeModule, verbs, type Foundation } from '../module.js';
import { ownedDocuments } from '../personal-data.js';
import type { UserVerbs } from '../user/index.js';
import { screeningModels } from './screening.model.js';
import { ScreeningService } from './screening.service.js';
import { collections } from './screening.collections.js';

export interface ScreeningOptions {
  /** From which spam score on content is held; see `spamScore`. */
  spamThreshold: number;
  /** Milliseconds that digests of what was written are kept. */
  retention: number;
}

export type ScreeningModule = ReturnType<typeof screeningModule>;
/** How other features have content looked at before it is written. */
export type ScreeningVerbs = ScreeningModule['verbs'];

/** Holds back what looks like spam until a moderator has seen it. */
export function screeningModule(
  { database, events }: Foundation,
  { users }: { users: UserVerbs },
  { spamThreshold, retention }: ScreeningOptions,
) {
  const models = screeningModels(database, retention);
  const screening = new ScreeningService({ models, events, users, spamThreshold });
  return describeModule({
    name: 'screening',
    collections,
    personalData: [ownedDocuments({ name: 'contributions', model: models.contributions, owner: 'author', erase: 'DELETE' })],
    on: {
      async profileWritten(change, { user, texts }) {
        for (const [field, text] of Object.entries(texts)) await screening.requireClean(change, user, text, field);
      },
    },
    verbs: verbs(screening, ['requireClean', 'screen']),
  });
}
