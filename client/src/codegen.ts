/** GraphQL Code Generator on Plaza: settings for its client preset. */

/** What each scalar of the schema is in TypeScript, as it comes in JSON. */
export const scalars = {
  /** ISO 8601 in UTC, such as `2026-01-31T12:00:00.000Z`. */
  DateTime: 'string',
  JSONObject: 'Record<string, unknown>',
  /** A whole number up to 2⁵³ − 1. */
  SafeInt: 'number',
  URL: 'string',
} as const;

/** For `config` of the preset `client`. */
export const codegenConfig = {
  scalars,
  strictScalars: true,
  enumsAsTypes: true,
  useTypeImports: true,
  skipTypename: true,
  avoidOptionals: { field: true, inputValue: false, object: false, defaultValue: false },
} as const;
