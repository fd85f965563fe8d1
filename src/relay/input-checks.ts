/** Rules of one mutation's input beside those that every text passes. */
import * as typeGraphql from 'type-graphql';
import type { RequestContext } from './context.js';

/**
 * Names what else is to be told where a text of the input is refused before the mutation runs, so that a form shows all of it.
 * @param check throws RulesBroken. A text that was refused is null in what it is given, and a list empty
 */
export function ChecksInput<Input>(check: (input: Input, context: RequestContext) => void): PropertyDecorator & MethodDecorator {
  return typeGraphql.Extensions({ checksInput: check });
}
