/** One thing by whichever of its names is given. */
import 'reflect-metadata';
import { ArgsType, Field, ID, type ClassType } from 'type-graphql';
import { RequestError } from '../errors.js';

/** What something is called in another system. */
export interface ExternalKey {
  source: string;
  externalId: string;
}

type OwnName = 'id' | 'slug' | 'handle';

export type Names<Own extends OwnName = OwnName> = { [Name in Own | keyof ExternalKey]?: string | null };

type Finders<Own extends OwnName, Found> = Record<Own, (name: string) => Promise<Found | null>> & {
  externalId: (key: ExternalKey) => Promise<Found | null>;
};

const descriptions: Record<OwnName, (type: string, what: string) => string> = {
  id: (_type, what) => `The ${what}’s ID. Leave it out to use another key.`,
  slug: (type, what) => `A current or earlier slug of the ${what}. \`${type}.slug\` is the current one. Leave it out to use another key.`,
  handle: (_type, what) => `The ${what}’s handle, with or without a leading \`@\`. Leave it out to use another key.`,
};

/** The arguments of a field that finds one by a name of its own, or by its ID in another system. */
export function namesType<Own extends OwnName>(type: string, own: readonly Own[]): ClassType<Names<Own>> {
  const what = type.toLowerCase();
  @ArgsType()
  class NameArgs {}
  const declare = (name: string, graphqlType: typeof ID | StringConstructor, description: string): void =>
    Field(() => graphqlType, { nullable: true, description })(NameArgs.prototype, name);
  for (const name of own) declare(name, name === 'id' ? ID : String, descriptions[name](type, what));
  declare('externalId', String, `The ${what}’s ID in another system, with \`source\`. Leave it out to use another key.`);
  declare('source', String, 'The system that `externalId` belongs to. Required with it.');
  return NameArgs as ClassType<Names<Own>>;
}

/** @throws RequestError BAD_USER_INPUT unless there is exactly one name */
export async function findOne<Own extends OwnName, Found>(names: Names<Own>, finders: Finders<Own, Found>): Promise<Found | null> {
  const { source, externalId } = names as Names;
  const known = Object.keys(finders) as Own[];
  const [first, second] = known.filter((name) => typeof names[name] === 'string');
  const listed = `${known.slice(0, -1).join(', ')} and ${known.at(-1)}`;
  if (second) throw new RequestError('BAD_USER_INPUT', `Use only one of ${listed}.`, second);
  if (source && !externalId) throw new RequestError('BAD_USER_INPUT', 'Give the external ID in this source.', 'externalId');
  if (!first) throw new RequestError('BAD_USER_INPUT', `Use one of ${listed}.`, known[0]);
  if (!externalId) return finders[first](names[first]!);
  if (!source) throw new RequestError('BAD_USER_INPUT', 'Give the source of the external ID.', 'source');
  return finders.externalId({ source, externalId });
}
