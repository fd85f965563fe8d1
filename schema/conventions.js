/** The API's conventions as lint rules over schema/schema.graphql; docs/api-conventions.md says them in words. */
const sentence = String.raw`^\s*\S+\s+\S+\s+\S[\s\S]*\.\s*$`;
const banned = [
  'oneself',
  'whoever',
  'whom',
  'somebody',
  'anybody',
  'everybody',
  'nobody',
  'dear(?:er|est)?',
  'shut out',
  'e-mail',
  'thumb up',
  // "One of", "one merchant" and "this one" are fine; "one" as a person is not.
  "one(?:'|’)s",
  '(?:by|if|what|which|when|how|as) one(?! of)',
  'one (?:has|had|did|does|may|can|cannot|must|sees|wrote|writes|follows|begins|ceases|decided|wants|gets|gives|asks)',
].join('|');
const capped = String.raw`\b(?:up to|at most) (?:\d|\w+ items)|\bthe latest (?:\d|two|three)|\b(?:every|each) \w+(?: \w+)? once\b|\b(?:one|an entry) for each\b`;
const saysWhenLeftOut = String.raw`\b(?:left out|leave (?:it )?out|defaults?|null|ignored|required)\b`;

/** Lists of nodes that are no connection, edges and enum values: they must say how long they can be. */
const plainList = 'FieldDefinition:not([name.value=/^(?:edges|userErrors)$/])';

const restricted = [
  {
    selector: `.description[value!=/${sentence}/]`,
    message: 'A description has at least three words and ends with a period.',
  },
  {
    selector: `.description[value=/\\b(?:${banned})\\b/i]`,
    message: 'Write plain product English: "the viewer", "a user", "an administrator".',
  },
  {
    selector: `:matches(FieldDefinition, InputValueDefinition)[name.value=/^(?:at|on|least|most|total)$|^(?:least|most)[A-Z]/]`,
    message: 'Names say what they hold: createdAt or occurredAt, min… and max…, totalPrice or totalCount.',
  },
  {
    selector: `ObjectTypeDefinition:not([name.value=/Count$/]) > FieldDefinition[name.value="count"]`,
    message: 'A count says what it counts, as in reviewCount. Only types named …Count have a plain count.',
  },
  {
    selector: `ObjectTypeDefinition > FieldDefinition[name.value=/(?<!^star|^mention|Statu|s)s$/]:matches([gqlType.name.value="Int"], [gqlType.gqlType.name.value="Int"])`,
    message: 'Numbers of things end with Count, as in attemptCount.',
  },
  {
    selector: `ObjectTypeDefinition[name.value="Mutation"] > FieldDefinition > NonNullType > NamedType > Name[value!=/Payload$/]`,
    message: 'A mutation answers a type whose name ends with Payload.',
  },
  {
    selector: `ObjectTypeDefinition[name.value=/.Payload$/]:not(:has(NamedType[name.value="Payload"]))`,
    message: 'A payload implements Payload.',
  },
  {
    selector: `:matches(${plainList}[gqlType.type="ListType"], ${plainList}[gqlType.gqlType.type="ListType"]) > .description[value!=/${capped}/i]`,
    message: 'A list is a connection, or its description says how many items it can have.',
  },
  {
    selector: `ObjectTypeDefinition > FieldDefinition > InputValueDefinition[gqlType.type!="NonNullType"] > .description[value!=/${saysWhenLeftOut}/i]`,
    message: 'The description of an optional argument says what happens when it is left out.',
  },
  {
    selector: 'ScalarTypeDefinition:not(:has(Directive[name.value="specifiedBy"]))',
    message: 'A scalar names the page that specifies it with @specifiedBy.',
  },
];

/** Rules of `@graphql-eslint` beyond its recommended and Relay sets. */
export const schemaConventions = {
  '@graphql-eslint/naming-convention': [
    'error',
    {
      types: 'PascalCase',
      FieldDefinition: 'camelCase',
      InputValueDefinition: 'camelCase',
      Argument: 'camelCase',
      EnumValueDefinition: 'UPPER_CASE',
      InputObjectTypeDefinition: { style: 'PascalCase', requiredPattern: /(?:Input|Filter)$/ },
    },
  ],
  '@graphql-eslint/input-name': [
    'error',
    { checkInputType: true, caseSensitiveInputType: false, checkQueries: false, checkMutations: true },
  ],
  'no-restricted-syntax': ['error', ...restricted],
};
