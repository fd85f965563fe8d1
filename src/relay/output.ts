/**
 * What ties the API's output types to what resolvers answer for them, so that the compiler checks both.
 *
 * An output type that stands for a document names it: `class Review extends Node<ReviewDocument>`, or
 * `class AuditEntry extends From<AuditDocument>`. `Answer<Review>` is then that document. Use this file's
 * `ObjectType`, `Query`, `Mutation`, `FieldResolver` and `Subscription` instead of type-graphql's: a plain field that
 * the document does not have, or a resolver that answers something else than its type, does not compile.
 */
import 'reflect-metadata';
import type { GraphQLScalarType } from 'graphql';
import * as typeGraphql from 'type-graphql';
import type { ClassType } from 'type-graphql';
import { ruleCodes, type BrokenRule, type RuleCode } from '../errors.js';

declare const answeredBy: unique symbol;

/** An output type without an id whose resolvers answer a `Source`. */
export abstract class From<Source> {
  declare readonly [answeredBy]: Source;
}

/** What a resolver answers for an output type: its source where it names one, else an object with all of its fields. */
export type Answer<Output> = Output extends { readonly [answeredBy]: infer Source }
  ? Source
  : Output extends string
    ? `${Output}`
    : Output extends Date | number | boolean | null | undefined
      ? Output
      : Output extends readonly (infer Item)[]
        ? Answer<Item>[]
        : Output extends object
          ? { [Property in Exclude<keyof Output, symbol>]: Answer<Output[Property]> }
          : Output;

/** The type of a property that is declared by a GraphQL type, as in `() => [Review]`. */
export type Declared<Type> = Type extends readonly (infer Item)[]
  ? Declared<Item>[]
  : Type extends StringConstructor
    ? string
    : Type extends NumberConstructor
      ? number
      : Type extends BooleanConstructor
        ? boolean
        : Type extends DateConstructor
          ? Date
          : Type extends GraphQLScalarType<infer Internal>
            ? Internal extends string | number | boolean
              ? Internal
              : unknown
            : Type extends abstract new (...args: never[]) => infer Instance
              ? Instance
              : Type extends Record<string, infer Value extends string>
                ? Value
                : unknown;

type Missing<Output, Source> = {
  [Property in Exclude<keyof Output, symbol | 'id'>]: Property extends keyof Source
    ? Source[Property] extends Answer<Output[Property]> | (null extends Output[Property] ? undefined : never)
      ? never
      : Property
    : Property;
}[Exclude<keyof Output, symbol | 'id'>];

type Fits<Output> = Output extends { readonly [answeredBy]: infer Source }
  ? unknown extends Source
    ? unknown
    : [Missing<Output, Source>] extends [never]
      ? unknown
      : { readonly 'fields that the source does not have, or of another type': Missing<Output, Source> }
  : unknown;

interface ObjectTypeOptions {
  description: string;
  implements?: typeof Payload | (abstract new () => object);
}

/** An output type. Its source must have each of its plain fields. */
export function ObjectType(options: ObjectTypeOptions): <Output extends object>(target: ClassType<Output> & Fits<Output>) => void {
  return (target) => typeGraphql.ObjectType(options as object)(target);
}

interface FieldOptions {
  description: string;
  nullable?: boolean | 'items' | 'itemsAndList';
  complexity?: typeGraphql.Complexity;
}

type Result<Type, Options> = Options extends { nullable: true }
  ? Answer<Declared<Type>> | null | undefined
  : Options extends { nullable: 'items' }
    ? Answer<Declared<Type>> extends (infer Item)[]
      ? (Item | null)[]
      : never
    : Answer<Declared<Type>>;

// Not a TypedPropertyDescriptor: its setter would ask for the very same type, not for one that fits.
type ResolverMethod<Result> = <Args extends unknown[]>(
  target: object,
  name: string,
  method: { value?: (...args: Args) => Result | Promise<Result> },
) => void;

type ResolverDecorator = <const Type, const Options extends FieldOptions>(
  type: () => Type,
  options: Options,
) => ResolverMethod<Result<Type, Options>>;

export const Query = typeGraphql.Query as unknown as ResolverDecorator;

/** A payload is null where its mutation failed as a whole, so that those of the other mutations of the document are answered. */
export const Mutation: ResolverDecorator = (type, options) => typeGraphql.Mutation(type as () => ClassType, { ...options, nullable: true });
export const FieldResolver = typeGraphql.FieldResolver as unknown as ResolverDecorator;
export const Subscription = typeGraphql.Subscription as unknown as <
  const Type,
  const Options extends FieldOptions & Pick<typeGraphql.SubscriptionOptions, 'subscribe'>,
>(
  type: () => Type,
  options: Options,
) => ResolverMethod<Result<Type, Options>>;

const UserErrorCode = Object.fromEntries(Object.keys(ruleCodes).map((code) => [code, code])) as { [Code in RuleCode]: Code };

typeGraphql.registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'Code of a rule broken by the input.',
  valuesConfig: Object.fromEntries(Object.entries(ruleCodes).map(([code, description]) => [code, { description }])),
});

@typeGraphql.ObjectType({ description: 'Limits that an input exceeded.' })
export class UserErrorParams {
  @typeGraphql.Field(() => typeGraphql.Float, {
    nullable: true,
    description: 'Smallest accepted value, length or number of items. Null without one.',
  })
  min!: number | null;

  @typeGraphql.Field(() => typeGraphql.Float, {
    nullable: true,
    description: 'Largest accepted value, length or number of items. Null without one.',
  })
  max!: number | null;
}

@typeGraphql.ObjectType({ description: 'A rule broken by the input. The mutation changed nothing.' })
export class UserError extends From<BrokenRule> {
  @typeGraphql.Field(() => UserErrorCode, { description: 'Stable code for programs.' })
  code!: RuleCode;

  @typeGraphql.Field(() => [String], { description: 'Path of the invalid input field, starting with `input`. Up to 7 names and indexes.' })
  field!: string[];
}

@typeGraphql.InterfaceType('Payload', { description: 'Result of a mutation.', autoRegisterImplementations: false })
export abstract class Payload {
  @typeGraphql.Field(() => [UserError], { description: 'Rules broken by the input. Empty if the mutation succeeded.' })
  userErrors!: UserError[];
}

/**
 * Declares a union of types by their names, for modules that those types' modules depend on. Who answers it says
 * `__typename`.
 */
export function unionOf(name: string, description: string, members: readonly string[]): object {
  return typeGraphql.createUnionType<ClassType[]>({ name, description, types: () => members.map(classOf) });
}

function classOf(name: string): ClassType {
  const type = typeGraphql.getMetadataStorage().objectTypes.find((candidate) => candidate.name === name);
  if (!type) throw new Error(`no module declares the type ${name}`);
  return type.target as ClassType;
}

export interface FieldSpec<Type> {
  type: () => Type;
  description: string;
  required?: boolean;
}

interface RequiredFieldSpec<Type> extends FieldSpec<Type> {
  required: true;
}

export type Fields<Specs> = {
  [Property in keyof Specs]: Specs[Property] extends RequiredFieldSpec<infer Type>
    ? Declared<Type>
    : Specs[Property] extends FieldSpec<infer Type>
      ? Declared<Type> | null
      : never;
};

/** A nullable field of a payload or an event. */
export function field<const Type>(type: () => Type, description: string): FieldSpec<Type> {
  return { type, description };
}

/** A field of an event that is always there. */
export function requiredField<const Type>(type: () => Type, description: string): RequiredFieldSpec<Type> {
  return { type, description, required: true };
}

/** Declares a mutation's answer: `userErrors`, and fields that are null where the mutation did not succeed. */
export function payloadType<Specs extends Record<string, FieldSpec<unknown>>>(
  name: string,
  description: string,
  specs: Specs,
): ClassType<Payload & Fields<Specs>> {
  @typeGraphql.ObjectType(name, { implements: Payload, description })
  class MutationPayload extends Payload {}
  declareFields(MutationPayload, specs);
  return MutationPayload as unknown as ClassType<Payload & Fields<Specs>>;
}

/** The argument of every subscription by which it is resumed. */
export function AfterEvent(): ReturnType<typeof typeGraphql.Arg> {
  return typeGraphql.Arg('after', () => String, {
    nullable: true,
    description: 'Cursor of the last event received, to resume after it. Only new events are sent when left out.',
  });
}

/** Declares what a subscription sends: the event's cursor, and what happened. */
export function eventType<Specs extends Record<string, FieldSpec<unknown>>>(
  name: string,
  description: string,
  specs: Specs,
): ClassType<{ cursor: string } & Fields<Specs>> {
  @typeGraphql.ObjectType(name, { description })
  class LiveEvent {
    @typeGraphql.Field(() => String, { description: 'Cursor of the event. Pass it as `after` to resume after it.' })
    cursor!: string;
  }
  declareFields(LiveEvent, specs);
  return LiveEvent as unknown as ClassType<{ cursor: string } & Fields<Specs>>;
}

/** Declares fields of a class by their specifications. */
export function declareFields(target: ClassType<object>, specs: Record<string, FieldSpec<unknown>>): void {
  for (const [name, { type, description, required }] of Object.entries(specs)) {
    typeGraphql.Field(type as () => ClassType, { nullable: !required, description })(target.prototype, name);
  }
}
