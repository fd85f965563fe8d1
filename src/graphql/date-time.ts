/** Moments: RFC 3339 text outside, dates inside. */
import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';

const { parseValue, parseLiteral, serialize } = GraphQLDateTimeISO.toConfig();

export const DateTime = new GraphQLScalarType<Date, Date | string>({
  name: 'DateTime',
  description: 'A point in time as RFC 3339 text, such as `2026-03-14T09:26:53.589Z`. Responses are in UTC.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  parseValue,
  parseLiteral,
  serialize,
});
