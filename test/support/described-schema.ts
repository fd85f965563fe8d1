/** The API's schema from the code, without a store. */
import type { GraphQLSchema } from 'graphql';
import { createLogger } from '../../src/logger.js';
import { apiSchema } from '../../src/app.js';
import { readConfig } from '../../src/config.js';

export function describedSchema(): Promise<GraphQLSchema> {
  return apiSchema(readConfig({ AUTH_SECRET: 'the schema does not depend on the secret' }), createLogger('silent'));
}
