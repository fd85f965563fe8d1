import { describeModule, verbs, type Foundation } from '../module.js';
import { ownedDocuments } from '../personal-data.js';
import type { UserVerbs } from '../user/index.js';
import { contentKey } from '../domain-events.js';
import { LearntScreening } from './learnt-screening.js';
import { screeningModels } from './screening.model.js';
import { ScreeningResolver } from './screening.resolver.js';
import { ScreeningService } from './screening.service.js';
import { collections } from './screening.collections.js';

export interface ScreeningOptions {
  /** From which spam score on content is held; see `spamScore`. */
  spamThreshold: number;
  /** The shop’s own hosts, to which anybody may link. */
  ownHosts: ReadonlySet<string>;
  /** Milliseconds that digests of what was written are kept. */
  retention: number;
  /** Milliseconds that what moderators decided about is kept to learn from. */
  decisionRetention: number;
}

export type ScreeningModule = ReturnType<typeof screeningModule>;
/** How other features have content looked at before it is written. */
export type ScreeningVerbs = ScreeningModule['verbs'];

/** Holds back what looks like spam until a moderator has seen it. */
export function screeningModule(
  { database, events, log }: Foundation,
  { users }: { users: UserVerbs },
  { spamThreshold, ownHosts, retention, decisionRetention }: ScreeningOptions,
) {
  const models = screeningModels(database, retention);
  const learnt = new LearntScreening({ models, retention: decisionRetention, log });
  const screening = new ScreeningService({ models, events, users, learnt, spamThreshold, ownHosts });
  return describeModule({
    name: 'screening',
    collections,
    resolvers: [new ScreeningResolver(learnt)],
    personalData: [
      ownedDocuments({ name: 'contributions', model: models.contributions, owner: 'author', erase: 'DELETE' }),
      ownedDocuments({ name: 'spamExamples', model: models.spamExamples, owner: 'author', erase: 'DELETE' }),
    ],
    workers: [learnt.worker],
    on: {
      contentModerated: ({ session }, { content, visible }) => learnt.learn(session, content, !visible),
      contentDeleted: async ({ session }, { content }) =>
        void (await models.spamExamples.deleteOne({ _id: contentKey(content) }, { session })),
      async profileWritten(change, { user, texts }) {
        for (const [field, text] of Object.entries(texts)) await screening.requireClean(change, user, text, field);
      },
    },
    verbs: verbs(screening, ['productTextRule', 'requireClean', 'screen']),
  });
}
