/** The API reference as Markdown, made from the schema, with an example for every field and type. */
import { readdirSync, readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isScalarType,
  isUnionType,
  parse,
  print,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

export interface ReferencePage {
  /** The page's name in its address. */
  page: string;
  title: string;
  content: string;
  /** Every operation and fragment on the page, to be validated. */
  examples: string[];
}

const root = new URL('../../schema/', import.meta.url);
/** How deep an example that nobody wrote selects. */
const maxDepth = 3;

/** @returns one page for each kind of what the schema has */
export function referencePages(): ReferencePage[] {
  const schema = readSchema();
  const written = writtenExamples();
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const roots = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!];
  const objects = types.filter((type) => (isObjectType(type) && !roots.includes(type)) || isInterfaceType(type) || isUnionType(type));
  return [
    operations(schema, roots[0]!, 'queries', 'Queries', written),
    operations(schema, roots[1]!, 'mutations', 'Mutations', written),
    operations(schema, roots[2]!, 'subscriptions', 'Subscriptions', written),
    pageOf(
      'objects',
      'Objects',
      objects.sort(byName).map((type) => objectSection(schema, type)),
    ),
    pageOf('inputs', 'Inputs', types.filter(isInputObjectType).sort(byName).map(inputSection)),
    pageOf('enums', 'Enums', types.filter(isEnumType).sort(byName).map(enumSection)),
    pageOf('scalars', 'Scalars', types.filter(isScalarType).sort(byName).map(scalarSection)),
  ];
}

export function readSchema(): GraphQLSchema {
  return buildSchema(readFileSync(new URL('schema.graphql', root), 'utf8'));
}

interface Section {
  markdown: string;
  example?: string;
}

const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name);

function pageOf(page: string, title: string, sections: Section[]): ReferencePage {
  const content = [`# ${title}`, ...sections.map(({ markdown }) => markdown)].join('\n\n');
  return { page, title, content, examples: sections.flatMap(({ example }) => example ?? []) };
}

/** The example operations that people wrote, by the field that they are about. */
function writtenExamples(): Map<string, string> {
  const found = new Map<string, string>();
  const directory = new URL('examples/', root);
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.graphql'))) {
    const text = readFileSync(new URL(file, directory), 'utf8').trim();
    const [definition] = parse(text).definitions;
    if (definition?.kind !== 'OperationDefinition') continue;
    const fields = definition.selectionSet.selections.filter((selection) => selection.kind === 'Field');
    const [field] = fields;
    const key = `${definition.operation} ${field!.name.value}`;
    if (fields.length === 1 && !found.has(key)) found.set(key, text);
  }
  return found;
}

function operations(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  page: string,
  title: string,
  written: Map<string, string>,
): ReferencePage {
  const kind = type.name.toLowerCase();
  const sections = Object.values(type.getFields())
    .sort(byName)
    .map((field): Section => {
      const example = written.get(`${kind} ${field.name}`) ?? operation(schema, kind, field);
      const parts = [`## ${field.name}`, text(field.description), `Answers ${linked(field.type)}.`, argumentsOf(field.args)];
      return { markdown: [...parts.filter(Boolean), fenced(example)].join('\n\n'), example };
    });
  return pageOf(page, title, sections);
}

function operation(schema: GraphQLSchema, kind: string, field: GraphQLField<unknown, unknown>): string {
  const name = field.name[0]!.toUpperCase() + field.name.slice(1);
  return pretty(`${kind} ${name} { ${call(field)} ${selection(schema, field.type, 1)} }`);
}

function objectSection(schema: GraphQLSchema, type: GraphQLNamedType): Section {
  const example = pretty(`fragment ${type.name}Example on ${type.name} ${selection(schema, type as GraphQLOutputType, 2, true)}`);
  const head = [`## ${type.name}`, text(type.description)];
  if (isUnionType(type)) head.push(`One of ${type.getTypes().map(linked).join(', ')}.`);
  if (isObjectType(type) && type.getInterfaces().length > 0) head.push(`Implements ${type.getInterfaces().map(linked).join(', ')}.`);
  const fields = isUnionType(type) ? [] : Object.values((type as GraphQLObjectType).getFields());
  const rows = fields.map(({ name, type: of, description, args }) => {
    const given = args.length > 0 ? ` Arguments: ${args.map((argument) => `\`${argument.name}\``).join(', ')}.` : '';
    return `| \`${name}\` | ${linked(of)} | ${cell(description)}${given} |`;
  });
  const table = rows.length > 0 ? ['| field | type | what it is |\n| --- | --- | --- |\n' + rows.join('\n')] : [];
  return { markdown: [...head.filter(Boolean), ...table, fenced(example)].join('\n\n'), example };
}

function inputSection(type: GraphQLNamedType): Section {
  const fields = isInputObjectType(type) ? Object.values(type.getFields()) : [];
  const rows = fields.map(({ name, type: of, description }) => `| \`${name}\` | ${linked(of)} | ${cell(description)} |`);
  const table = `| field | type | what it is |\n| --- | --- | --- |\n${rows.join('\n')}`;
  const example = fenced(literal(type as GraphQLInputType, true));
  return { markdown: [`## ${type.name}`, text(type.description), table, example].filter(Boolean).join('\n\n') };
}

function enumSection(type: GraphQLNamedType): Section {
  const values = isEnumType(type) ? type.getValues() : [];
  const rows = values.map(({ name, description }) => `| \`${name}\` | ${cell(description)} |`);
  const table = `| value | what it means |\n| --- | --- |\n${rows.join('\n')}`;
  return { markdown: [`## ${type.name}`, text(type.description), table].filter(Boolean).join('\n\n') };
}

function scalarSection(type: GraphQLNamedType): Section {
  return {
    markdown: [`## ${type.name}`, text(type.description), `Example: \`${literal(type as GraphQLInputType)}\``].filter(Boolean).join('\n\n'),
  };
}

function argumentsOf(args: readonly GraphQLArgument[]): string {
  if (args.length === 0) return '';
  const rows = args.map(({ name, type, description }) => `| \`${name}\` | ${linked(type)} | ${cell(description)} |`);
  return `| argument | type | what it is |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

/** A field with the arguments that it needs. */
function call({ name, args }: GraphQLField<unknown, unknown>): string {
  const needed = args.filter(isRequiredArgument);
  // Exactly one of these is needed, which the schema cannot say.
  const key = needed.length === 0 ? args.filter((argument) => argument.name === 'slug' || argument.name === 'first').slice(0, 1) : needed;
  return key.length > 0 ? `${name}(${key.map((argument) => `${argument.name}: ${literal(argument.type)}`).join(', ')})` : name;
}

/** @param all whether fields of the type itself are all selected, however deep */
function selection(schema: GraphQLSchema, output: GraphQLOutputType, depth: number, all = false): string {
  const type = getNamedType(output);
  if (isLeafType(type)) return '';
  if (isUnionType(type))
    return `{ __typename ${type
      .getTypes()
      .map((member) => `... on ${member.name} ${plainFields(member)}`)
      .join(' ')} }`;
  const fields = Object.values((type as GraphQLObjectType).getFields());
  const chosen = fields.filter((field) => isLeafType(getNamedType(field.type)) || all || depth < maxDepth);
  const parts = chosen.map((field) => {
    const inner = selection(schema, field.type, depth + 1);
    return inner === '{ }' ? '' : `${call(field)} ${inner}`;
  });
  const text = parts.filter(Boolean).join(' ');
  return text ? `{ ${text} }` : '{ __typename }';
}

function plainFields(type: GraphQLObjectType): string {
  const plain = Object.values(type.getFields()).filter(
    ({ type: of, args }) => isLeafType(getNamedType(of)) && !args.some(isRequiredArgument),
  );
  // Members of a union may have fields of one name and different types.
  return `{ ${plain.some(({ name }) => name === 'id') ? 'id' : '__typename'} }`;
}

const scalarLiterals: Record<string, string> = {
  ID: '"UHJvZHVjdDoxODFmNmVhNDVmNDk0YzRkYzUxM2QxYjI"',
  String: '"text"',
  Int: '10',
  Float: '0.5',
  Boolean: 'true',
  SafeInt: '1999',
  DateTime: '"2026-11-26T12:00:00.000Z"',
  URL: '"https://shop.example/picture.jpg"',
  JSON: '{ key: "value" }',
  JSONObject: '{ key: "value" }',
};

/** @param all whether optional fields of an input are shown too */
function literal(type: GraphQLInputType, all = false): string {
  if (isNonNullType(type)) return literal(type.ofType, all);
  if (isListType(type)) return `[${literal(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const needed = fields.filter((field) => all || isRequiredInputField(field));
    const shown = needed.length > 0 ? needed : fields.slice(0, 1);
    return `{ ${shown.map((field) => `${field.name}: ${literal(field.type)}`).join(', ')} }`;
  }
  return scalarLiterals[type.name] ?? '"text"';
}

const pages: [(type: GraphQLNamedType) => boolean, string][] = [
  [isInputObjectType, 'inputs'],
  [isEnumType, 'enums'],
  [isScalarType, 'scalars'],
  [() => true, 'objects'],
];

/** A type as its name, which leads to its section. */
function linked(type: GraphQLOutputType | GraphQLInputType | GraphQLNamedType): string {
  const named = getNamedType(type);
  const [, page] = pages.find(([is]) => is(named))!;
  return `[\`${String(type)}\`](./${page}.md#${named.name.toLowerCase()})`;
}

const text = (description: string | null | undefined): string => (description ?? '').trim().replaceAll('<', '&lt;').replaceAll('{{', '{ {');
const cell = (description: string | null | undefined): string => text(description).replaceAll('|', '\\|').replaceAll('\n', ' ');
const fenced = (code: string): string => `\`\`\`graphql\n${code}\n\`\`\``;
const pretty = (document: string): string => print(parse(document));
