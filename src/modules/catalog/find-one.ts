/** One thing by whichever of its names is given. */
import { ArgsType, Field, ID, type ClassType } from 'type-graphql';
import { RequestError } from '../../errors.js';

export interface Names {
  id?: string | null;
  slug?: string | null;
  externalId?: string | null;
  source?: string | null;
}

/** The arguments of a field that finds one. */
function namesType(type: 'Product' | 'Category'): ClassType<Names> {
  const what = type.toLowerCase();
  @ArgsType()
  class NameArgs implements Names {
    @Field(() => ID, { nullable: true, description: `The ${what}’s ID. Leave it out to use another key.` })
    id?: string | null;

    @Field(() => String, {
      nullable: true,
      description: `A current or earlier slug of the ${what}. \`${type}.slug\` is the current one. Leave it out to use another key.`,
    })
    slug?: string | null;

    @Field(() => String, {
      nullable: true,
      description: `The ${what}’s ID in another system, with \`source\`. Leave it out to use another key.`,
    })
    externalId?: string | null;

    @Field(() => String, { nullable: true, description: 'The system that `externalId` belongs to. Required with it.' })
    source?: string | null;
  }
  return NameArgs;
}

export const ProductNames = namesType('Product');
export const CategoryNames = namesType('Category');

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
