/** Candidates of a Gorse. Where it does not answer, the models of this process do. */
import { Types } from 'mongoose';
import { Counter, type Registry } from 'prom-client';
import type { Logger } from '../../../log.js';
import type { CandidateQuery, CandidateSource } from '../pipeline/candidates.js';
import type { Candidate } from '../pipeline/recommendation.js';
import type { GorseClient } from './gorse.client.js';
import { dependsOnMoment } from '../../../store/cache/reads.js';

export class GorseCandidates implements CandidateSource {
  private readonly fallbacks: Counter;

  constructor(
    private readonly gorse: GorseClient,
    private readonly log: Logger,
    metrics: Registry,
  ) {
    this.fallbacks = new Counter({
      name: 'plaza_recommender_fallbacks_total',
      help: 'Recommendations that this process made because the Gorse in front of it did not answer.',
      registers: [metrics],
    });
  }

  versionOf(): string {
    return 'gorse';
  }

  async candidatesFor({ request, viewer }: CandidateQuery): Promise<Candidate[] | null> {
    const { user, history } = viewer;
    if (!user || request.seeds.length > 0 || history.length === 0) return null;
    const ids = await this.ask(() => this.gorse.recommend(user.toHexString(), request.count));
    if (!ids) return null;
    const excluded = new Set([...request.exclude, ...viewer.excluded].map(String));
    return ids.filter((id) => !excluded.has(id)).map((id, at) => ({ product: new Types.ObjectId(id), score: 1 / (1 + at) }));
  }

  async similarTo(product: Types.ObjectId, count: number): Promise<Types.ObjectId[] | null> {
    const ids = await this.ask(() => this.gorse.neighbours(product.toHexString(), count));
    return ids?.map((id) => new Types.ObjectId(id)) ?? null;
  }

  /** @returns ids of products, or null where there are none */
  private async ask(request: () => Promise<string[]>): Promise<string[] | null> {
    dependsOnMoment();
    try {
      const ids = (await request()).filter((id) => /^[0-9a-f]{24}$/.test(id));
      return ids.length > 0 ? ids : null;
    } catch (error) {
      this.fallbacks.inc();
      this.log.warn({ err: error }, 'Gorse did not answer, and this process recommends itself');
      return null;
    }
  }
}
