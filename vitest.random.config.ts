import { configFor } from './vitest.config.js';

process.env['PROPERTY_SEED'] ??= 'random';

export default configFor(['unit', 'properties', 'learning', 'store', 'hostile']);
