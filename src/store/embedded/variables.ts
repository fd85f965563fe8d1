/** The variables that a command gives its expressions. */
import type { Document } from 'bson';
import { CommandError } from './errors.js';
import { compileExpression, newScope, type Variables } from './expressions/index.js';
import { isDocument, type Value } from './values/types.js';

/** @throws CommandError where `let` is no document of expressions without fields */
export function commandVariables(command: Document): Variables {
  const given = command['let'] as Value;
  if (given === undefined) return {};
  if (!isDocument(given)) throw new CommandError(14, "BSON field 'let' is the wrong type, expected type 'object'");
  const variables: Variables = {};
  for (const [name, expression] of Object.entries(given)) {
    if (!/^[a-z\u0080-\uffff][\w\u0080-\uffff]*$/.test(name)) {
      throw new CommandError(9, `'${name}' starts with an invalid character for a user variable name`);
    }
    variables[name] = compileExpression(expression, { variables })(newScope({}, variables));
  }
  return variables;
}
