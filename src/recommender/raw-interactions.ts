/** Interactions as numbers side by side, so that many cross threads as one array that is handed over instead of copied. */
import type { RawInteraction } from './preprocessing.js';

const fields = [
  'user',
  'item',
  'views',
  'clicks',
  'carts',
  'purchases',
  'comments',
  'questions',
  'shares',
  'referrals',
  'rating',
  'at',
] as const satisfies readonly (keyof RawInteraction)[];

export function packInteractions(interactions: readonly RawInteraction[]): Float64Array {
  const packed = new Float64Array(interactions.length * fields.length);
  interactions.forEach((interaction, row) =>
    fields.forEach((field, column) => (packed[row * fields.length + column] = interaction[field] ?? NaN)),
  );
  return packed;
}

export function readInteractions(packed: Float64Array): RawInteraction[] {
  return Array.from({ length: packed.length / fields.length }, (_, row) => {
    const values = fields.map((field, column) => [field, packed[row * fields.length + column]!]);
    const interaction = Object.fromEntries(values) as unknown as RawInteraction;
    return { ...interaction, rating: Number.isNaN(interaction.rating) ? null : interaction.rating };
  });
}
