/** Whole numbers beyond 32 bits, such as amounts of money. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLSafeInt } from 'graphql-scalars';

/** Takes text too, for clients whose own numbers are shorter. */
export const SafeInt = new GraphQLScalarType<number, number>({
  ...GraphQLSafeInt.toConfig(),
  description:
    'A whole number from -(2^53 - 1) to 2^53 - 1, which JSON and JavaScript hold exactly. Inputs may be numbers or strings of digits.',
  parseValue: numberIn,
  parseLiteral: (node) => numberIn(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : undefined),
});

function numberIn(value: unknown): number {
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw new GraphQLError('SafeInt cannot represent a value that is not a safe integer.');
}
