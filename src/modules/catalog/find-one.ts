/** One thing by whichever of its names is given. */
import { RequestError } from '../../errors.js';

export interface Names {
  id?: string | null;
  slug?: string | null;
  externalId?: string | null;
  source?: string | null;
}

interface Finders<Found> {
  byId(id: string): Promise<Found | null>;
  bySlug(slug: string): Promise<Found | null>;
  byExternalId(source: string, externalId: string): Promise<Found | null>;
}

/** @throws RequestError BAD_USER_INPUT unless there is exactly one name */
export async function findOne<Found>({ id, slug, externalId, source }: Names, finders: Finders<Found>): Promise<Found | null> {
  const given = Object.entries({ id, slug, externalId }).filter(([, name]) => typeof name === 'string');
  if (given.length > 1) throw new RequestError('BAD_USER_INPUT', 'Use only one of id, slug and externalId.', given[1]![0]);
  if (source && !externalId) throw new RequestError('BAD_USER_INPUT', 'Give the external ID in this source.', 'externalId');
  if (typeof id === 'string') return finders.byId(id);
  if (typeof slug === 'string') return finders.bySlug(slug);
  if (!externalId) throw new RequestError('BAD_USER_INPUT', 'Use one of id, slug and externalId.', 'id');
  if (!source) throw new RequestError('BAD_USER_INPUT', 'Name the source of the external ID.', 'source');
  return finders.byExternalId(source, externalId);
}
