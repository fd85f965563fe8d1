/** What can be seen of recommendations and trainings at /metrics. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RecommendedItem } from './pipeline/recommendation.js';
import type { SnapshotDocument } from './training/training.model.js';

export class RecommendationMetrics {
  constructor(private readonly registry: Registry) {}

  private readonly lists = new Counter({
    name: 'plaza_recommendations_total',
    help: 'Recommended products that were answered, by their strongest reason.',
    labelNames: ['reason'],
    registers: [this.registry],
  });

  private readonly empty = new Counter({
    name: 'plaza_recommendations_empty_total',
    help: 'Lists of recommendations that had nothing to answer.',
    registers: [this.registry],
  });

  private readonly duration = new Histogram({
    name: 'plaza_training_duration_seconds',
    help: 'How long trainings of this process took.',
    labelNames: ['outcome'],
    buckets: [1, 5, 15, 60, 300, 900, 3600],
    registers: [this.registry],
  });

  answered(items: readonly RecommendedItem[]): void {
    if (items.length === 0) this.empty.inc();
    for (const { reasons } of items) this.lists.inc({ reason: reasons[0]?.kind ?? 'NEW' });
  }

  /** Measures a training. */
  async timed<Result>(train: () => Promise<Result>): Promise<Result> {
    const end = this.duration.startTimer();
    try {
      const result = await train();
      end({ outcome: 'succeeded' });
      return result;
    } catch (error) {
      end({ outcome: 'failed' });
      throw error;
    }
  }

  /** @param version the one that answers now */
  showModel(version: () => SnapshotDocument | null): void {
    const age = new Gauge({
      name: 'plaza_model_age_seconds',
      help: 'Age of the recommender’s version that answers in this process.',
      registers: [this.registry],
      collect() {
        const current = version();
        if (current) age.set((Date.now() - current.createdAt.getTime()) / 1000);
      },
    });
  }
}
