import type { Migration } from '../store/migrations.js';
import { updateInBatches } from './in-batches.js';

/** Release 0.1.0 gave imported products without a price one of zero, at which they were for sale; and none could be ordered that was sold out. */
export const productAvailability: Migration = {
  description: 'taking imported products without a price off sale',
  async run({ connection }) {
    const products = connection.collection('products');
    await updateInBatches(products, { source: { $exists: true }, 'price.amountMinor': 0 }, { $set: { price: null } });
    await updateInBatches(products, { backorder: { $exists: false } }, { $set: { backorder: false } });
  },
};
