/** The rules that every argument of the API passes, whichever feature it belongs to, before a resolver sees it. */
import {
  getNullableType,
  GraphQLID,
  GraphQLString,
  isInputObjectType,
  isListType,
  isObjectType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { RequestError, RulesBroken, type BrokenRule, type RuleCode } from '../errors.js';
import { message, toMessage, translate, type Message, type MessageText } from '../messages/index.js';
import { noteFlaws } from '../input/flaws.js';
import { ofOtherFields, tooLong } from '../input/rules.js';
import { flawIn, isBlank, tidy } from '../input/text.js';
import { maxAddressLength, WebAddress, webAddress } from '../input/web-address.js';
import { flawInKey } from '../store/idempotency.js';

/** What is longer is refused before anything looks at it; the features' own limits are lower. */
const longest = { text: 200_000, id: 500, list: 1_000 } as const;

const notAnAddress = message('This is not an http or https address of at most {max, number} characters.', { max: maxAddressLength });

/** Passwords are taken as they are typed. */
const asTyped = /password$/i;

/** A function of GraphQL that is given arguments. */
type Resolve = GraphQLFieldResolver<unknown, unknown, Record<string, unknown>>;

/** Puts the rules before all resolvers. Mutations answer what their input breaks; every other field is refused. */
export function guardInput(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const isMutation = type === schema.getMutationType();
    for (const field of Object.values(type.getFields())) {
      if (field.args.length === 0) continue;
      if (field.resolve) field.resolve = guarded(field, field.resolve, isMutation);
      if (field.subscribe) field.subscribe = guarded(field, field.subscribe, false);
    }
  }
}

function guarded(field: GraphQLField<unknown, unknown>, resolve: Resolve, isMutation: boolean): Resolve {
  return (source, args, context, info) => {
    const guard = new Guard();
    const tidied: Record<string, unknown> = {};
    for (const { name, type } of field.args) if (name in args) tidied[name] = guard.tidied(args[name], type, [name]);
    const [first] = guard.broken;
    if (first && isLeftToItems(field, guard.broken)) noteFlaws(context as object, guard.broken);
    else if (first) return refuse(first, [...guard.broken, ...othersIn(field, { args: tidied, context }, guard.broken)], isMutation);
    return resolve(source, tidied, context, info);
  };
}

/** Whether all flaws are of single items of the input's list, and they have results of their own. */
function isLeftToItems({ extensions }: GraphQLField<unknown, unknown>, broken: readonly BrokenRule[]): boolean {
  const list = extensions['itemsOf'];
  return broken.every(({ field: [input, name, , inner] }) => input === 'input' && name === list && inner !== undefined);
}

/** What the mutation itself finds wrong with the other fields of its input. */
function othersIn(
  { extensions }: GraphQLField<unknown, unknown>,
  { args, context }: { args: Record<string, unknown>; context: unknown },
  refused: readonly BrokenRule[],
): BrokenRule[] {
  const check = extensions['checksInput'] as ((input: unknown, context: unknown) => void) | undefined;
  if (!check || !args['input']) return [];
  try {
    check(args['input'], context);
    return [];
  } catch (error) {
    if (!(error instanceof RulesBroken)) throw error;
    return ofOtherFields(error.rules, refused);
  }
}

/** @throws RequestError for everything but mutations, which answer what is wrong */
function refuse(first: BrokenRule, broken: readonly BrokenRule[], isMutation: boolean): object {
  if (isMutation) return { userErrors: broken };
  throw new RequestError('BAD_USER_INPUT', translate(first.message, 'en'), first.field.join('.'));
}

class Guard {
  readonly broken: BrokenRule[] = [];

  /** The value with its texts tidied. What breaks a rule is noted. */
  tidied(value: unknown, given: GraphQLInputType, path: readonly string[]): unknown {
    if (value === null || value === undefined) return value;
    const type = getNullableType(given);
    if (isListType(type)) return this.list(value as unknown[], type.ofType, path);
    if (isInputObjectType(type)) {
      const fields = type.getFields();
      const entries = Object.entries(value).map(([name, inner]) => [name, this.tidied(inner, fields[name]!.type, [...path, name])]);
      return Object.fromEntries(entries);
    }
    if (value instanceof Date) return this.date(value, path);
    if (typeof value !== 'string') return value;
    if (type === GraphQLID) return this.id(value, path);
    // A schema that was extended has a scalar of its own under the name.
    if (type.name === WebAddress.name) return this.address(value, path);
    return type === GraphQLString ? this.text(value, path) : value;
  }

  private list(items: unknown[], type: GraphQLInputType, path: readonly string[]): unknown {
    if (items.length > longest.list) {
      this.refuse('TOO_LONG', message('This list can have at most {max} items.', { max: longest.list }), path);
      return [];
    }
    return items.map((item, at) => this.tidied(item, type, [...path, String(at)]));
  }

  private text(text: string, path: readonly string[]): unknown {
    if (text.length > longest.text) return this.refuse('TOO_LONG', tooLong(longest.text), path);
    const flaw = flawIn(text.replaceAll('\r', '\n'));
    if (flaw) return this.refuse('INVALID', flaw, path);
    if (asTyped.test(path.at(-1)!)) return text;
    const tidied = tidy(text);
    const flawOfKey = path.at(-1) === 'idempotencyKey' ? flawInKey(tidied) : null;
    if (flawOfKey) return this.refuse('TOO_LONG', flawOfKey, path);
    return tidied !== '' && isBlank(tidied) ? this.refuse('INVALID', 'This text has no visible characters.', path) : tidied;
  }

  private id(id: string, path: readonly string[]): unknown {
    if (id.length > longest.id) throw new RequestError('BAD_USER_INPUT', 'This is not a valid ID.', path.join('.'));
    return id;
  }

  private address(text: string, path: readonly string[]): unknown {
    return webAddress(text.trim()) ?? this.refuse('INVALID', notAnAddress, path);
  }

  private date(date: Date, path: readonly string[]): unknown {
    const year = date.getUTCFullYear();
    return year >= 1 && year <= 9999
      ? date
      : this.refuse(
          'OUT_OF_RANGE',
          message('This must be in the years {min, number, ::group-off} to {max, number, ::group-off}.', { min: 1, max: 9999 }),
          path,
        );
  }

  private refuse(code: RuleCode, text: MessageText | Message, path: readonly string[]): null {
    this.broken.push({ code, message: toMessage(text), field: [...path] });
    return null;
  }
}
