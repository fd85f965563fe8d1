/** Variables, checked against their types. What is refused is named by its place and never repeated: it may be a password. */
import {
  coerceInputValue,
  getNullableType,
  GraphQLError,
  isInputObjectType,
  isListType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { RequestError } from '../errors.js';

const maxErrors = 20;

type Path = readonly (string | number)[];

export type Variables = { values: Record<string, unknown>; errors?: undefined } | { errors: readonly GraphQLError[] };

/** @param given as the client sent them */
export function readVariables(schema: GraphQLSchema, operation: OperationDefinitionNode, given: Record<string, unknown>): Variables {
  const errors: GraphQLError[] = [];
  const values: Record<string, unknown> = {};
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type) as GraphQLInputType;
    const refuse = (message: string, path: Path = []): void => {
      const place = [name, ...path].join('.');
      const cause = new RequestError('BAD_USER_INPUT', `The variable "$${place}" ${message}`, place);
      errors.push(new GraphQLError(cause.message, { nodes: definition, originalError: cause }));
      if (errors.length >= maxErrors) throw new TooMany();
    };
    try {
      if (Object.hasOwn(given, name)) {
        values[name] = coerceInputValue(given[name], type, (path, _value, error) => refuse(reasonOf(type, path, error), path));
      } else if (definition.defaultValue) values[name] = valueFromAST(definition.defaultValue, type);
      else if (isNonNullType(type)) refuse(`of type "${String(type)}" is missing.`);
    } catch (error) {
      if (error instanceof TooMany) break;
      throw error;
    }
  }
  return errors.length > 0 ? { errors } : { values };
}

class TooMany extends Error {}

/** graphql-js' own sentence, where it repeats no value. */
function reasonOf(type: GraphQLInputType, path: Path, { message }: GraphQLError): string {
  const missing = /^Field "\w+" of required type "[\w![\]]+" was not provided/.exec(message);
  if (missing) return `does not fit its type: ${lowerFirst(missing[0])}.`;
  const unknown = /^Field "\w{1,100}" is not defined by type "\w+"/.exec(message);
  if (unknown) return `does not fit its type: ${lowerFirst(unknown[0])}.`;
  return `must be of the type "${String(typeAt(type, path))}".`;
}

function lowerFirst(text: string): string {
  return text[0]!.toLowerCase() + text.slice(1);
}

function typeAt(type: GraphQLInputType, path: Path): GraphQLInputType {
  return path.reduce<GraphQLInputType>((outer, step) => {
    const inner = getNullableType(outer);
    if (isListType(inner)) {
      // A value that is no list stands for a list of it.
      if (typeof step === 'number') return inner.ofType;
      return typeAt(inner.ofType, [step]);
    }
    return isInputObjectType(inner) ? (inner.getFields()[step]?.type ?? inner) : inner;
  }, type);
}
