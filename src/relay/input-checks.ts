/** Rules of one mutation's input beside those that every text passes. */
import { isObjectType, type GraphQLSchema } from 'graphql';
import * as typeGraphql from 'type-graphql';
import type { RequestContext } from './context.js';

/** A check as a mutation declares it, with the class whose services it may ask. */
interface Declared {
  check: (input: unknown, context: unknown, resolver: unknown) => void;
  of: unknown;
}

/**
 * Names what else is to be told where a text of the input is refused before the mutation runs, so that a form shows all of it.
 * @param check throws RulesBroken. A text that was refused is null in what it is given, and a list empty. The resolver knows
 *   the limits that the shop has set.
 */
export function ChecksInput<Input, Resolver extends object = object>(
  check: (input: Input, context: RequestContext, resolver: Resolver) => void,
): MethodDecorator {
  return (target, name, descriptor) => {
    const declare = typeGraphql.Extensions({ checksInput: { check, of: target.constructor } });
    declare(target, name, descriptor as TypedPropertyDescriptor<unknown>);
  };
}

/** Gives every check its resolver. @param resolverOf the instance of a class */
export function bindInputChecks(schema: GraphQLSchema, resolverOf: (type: never) => object | undefined): void {
  const mutations = schema.getMutationType();
  if (!isObjectType(mutations)) return;
  for (const field of Object.values(mutations.getFields())) {
    const declared = field.extensions['checksInput'] as Declared | undefined;
    if (!declared) continue;
    const resolver = resolverOf(declared.of as never);
    field.extensions = { ...field.extensions, checksInput: (input: unknown, context: unknown) => declared.check(input, context, resolver) };
  }
}
