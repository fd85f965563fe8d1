/** The file of the only documents that may run. */
import { z } from 'zod';

const byId = z.record(z.string().min(1), z.string().min(1));
const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })),
});

/**
 * The documents of a file: an object from id to document, as GraphQL Code Generator and Relay write it, or Apollo's manifest.
 * @throws Error where it is of no such form
 */
export function readTrustedDocuments(json: string): ReadonlyMap<string, string> {
  const parsed: unknown = JSON.parse(json);
  const manifest = apolloManifest.safeParse(parsed);
  if (manifest.success) return new Map(manifest.data.operations.map(({ id, body }) => [id, body]));
  return new Map(Object.entries(byId.parse(parsed)));
}
