/** Operations are checked, priced and compiled once per document and then run as plain functions. */
import { createHash } from 'node:crypto';
import {
  execute,
  getOperationAST,
  GraphQLError,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { RequestError } from '../errors.js';
import type { RequestContext } from '../relay/context.js';
import { sizeOfAnswer } from './answer-size.js';
import { costOf, type Cost } from './cost.js';
import { compiledForm } from './compiled-form.js';
import { withinDeadline } from './deadline.js';
import { tracedOperation } from './operation-spans.js';
import { checkCompiledSize, checkShape, checkSubscriptions, checkText, compiledSize } from './document-limits.js';
import { withoutArguments, type Execution } from './executable-schema.js';
import { fragmentsOf } from './selections.js';
import { checkIntrospection, noIntrospection } from './introspection.js';
import { readVariables } from './variables.js';

export interface OperationOptions {
  /** Whether documents may ask for the schema. */
  introspection: boolean;
  /** Whether errors name what a misspelt name may have meant. */
  suggestions: boolean;
  /** Fields within each other. */
  maxOperationDepth: number;
  /** Points that one operation may cost. */
  maxOperationCost: number;
  /** Milliseconds that an operation may take. */
  operationTimeout: number;
  /** Characters that an answer may have. */
  maxAnswerSize: number;
  /** Told how large each answer is, in characters. */
  onAnswer?: (context: RequestContext, characters: number) => void;
  /** Awaited after each mutation, before it is answered. */
  afterMutation?: () => Promise<void>;
}

interface Compiled {
  query: CompiledQuery['query'];
  conditions: string[];
}

/** Everything known of one document. */
interface Entry {
  document: DocumentNode;
  key: string;
  tokens: number;
  /** By operation; null for one that is interpreted. */
  compiled: Map<string, Compiled | null>;
  compiledFields: number;
  costs: Map<string, Cost>;
  /** By operation: the variables that its cost depends on. */
  costVariables: Map<string, string[]>;
}

const cacheBytes = 64 * 1024 * 1024;
/** What documents and compiled operations take of memory at most, measured. */
const bytes = { document: 4_000, token: 500, compiledField: 400, cost: 1_000 } as const;
const costsPerDocument = 50;
const longestCostKey = 500;
const maxErrors = 20;

export class CompiledOperations {
  private readonly entries = new LRUCache<string, Entry>({ maxSize: cacheBytes, sizeCalculation: (entry) => sizeOf(entry) });
  private readonly byDocument = new WeakMap<DocumentNode, Entry>();

  private readonly executable: GraphQLSchema;

  constructor(
    readonly schema: GraphQLSchema,
    private readonly options: OperationOptions,
  ) {
    this.executable = withoutArguments(schema);
  }

  /**
   * Parses and validates, once per text.
   * @returns the document, or what is wrong with it, with codes
   */
  document(query: string): DocumentNode | readonly GraphQLError[] {
    const key = createHash('sha256').update(query).digest('hex');
    const known = this.entries.get(key);
    if (known) return known.document;
    try {
      const tokens = checkText(query);
      const document = this.read(query);
      if (!('kind' in document)) return document;
      const maps = { compiled: new Map(), costs: new Map(), costVariables: new Map() };
      const entry: Entry = { document, key, tokens, compiledFields: 0, ...maps };
      this.byDocument.set(document, entry);
      this.entries.set(key, entry);
      return document;
    } catch (error) {
      if (error instanceof GraphQLError) return [coded(error, 'GRAPHQL_PARSE_FAILED')];
      throw error;
    }
  }

  /** The document whose text has this SHA-256, where it is known. */
  documentByHash(hash: string): DocumentNode | undefined {
    return this.entries.get(hash)?.document;
  }

  /** About how many bytes all remembered documents and what was compiled from them take. */
  get bytes(): number {
    return this.entries.calculatedSize;
  }

  /** About how many bytes a document takes while it is in use. */
  sizeOf(document: DocumentNode): number {
    const entry = this.byDocument.get(document);
    return entry ? sizeOf(entry) : 0;
  }

  /** @throws GraphQLError where it does not parse or is too complex */
  private read(query: string): DocumentNode | readonly GraphQLError[] {
    const document = parse(query);
    checkShape(document, this.options.maxOperationDepth);
    const rules = this.options.introspection ? specifiedRules : [...specifiedRules, noIntrospection];
    const errors = validate(this.schema, document, rules, { maxErrors, hideSuggestions: !this.options.suggestions });
    if (errors.length > 0) return errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED'));
    checkSubscriptions(document);
    checkIntrospection(document, fragmentsOf(document));
    checkCompiledSize(this.schema, document);
    return document;
  }

  /** @throws RequestError where the document has no such operation, or none is named where it has several */
  operation(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
    const operation = getOperationAST(document, name);
    if (operation) return operation;
    const message = name === undefined ? 'Name one of the operations of the document.' : 'The document has no operation of this name.';
    throw new RequestError('BAD_USER_INPUT', message, 'operationName');
  }

  /** @throws RequestError for variables that do not fit the operation */
  checkVariables(operation: OperationDefinitionNode, variables: Record<string, unknown>): void {
    const { errors } = readVariables(this.schema, operation, variables);
    if (errors) throw errors[0]!.originalError!;
  }

  /**
   * What an operation costs.
   * @throws RequestError QUERY_TOO_COMPLEX where that is more than one operation may cost
   */
  cost(document: DocumentNode, operation: OperationDefinitionNode, variables: Record<string, unknown>): Cost {
    const cost = this.knownCost(document, operation, variables);
    // Written so that what is not a number is refused too.
    const { maxOperationCost } = this.options;
    if (!(cost.points <= maxOperationCost)) {
      throw new RequestError(
        'QUERY_TOO_COMPLEX',
        `The operation costs ${cost.points} points, more than ${maxOperationCost}: ask for shorter lists.`,
      );
    }
    return cost;
  }

  private knownCost(document: DocumentNode, operation: OperationDefinitionNode, variables: Record<string, unknown>): Cost {
    const entry = this.byDocument.get(document);
    const name = operation.name?.value ?? '';
    const names = entry?.costVariables.get(name);
    const known = names && entry!.costs.get(costKey(name, names, variables));
    if (known) return known;
    const cost = costOf(this.schema, document, operation, variables);
    if (entry && entry.costs.size < costsPerDocument) rememberCost(entry, name, cost, variables);
    return cost;
  }

  /**
   * @param root what the operation's fields resolve from: for a subscription, its event
   * @throws RequestError OPERATION_TIMEOUT or ANSWER_TOO_LARGE
   */
  async run(
    document: DocumentNode,
    operationName: string | undefined,
    root: unknown,
    context: RequestContext,
    variables: Record<string, unknown>,
  ): Promise<ExecutionResult> {
    const operation = this.operation(document, operationName);
    const read = readVariables(this.schema, operation, variables);
    if (read.errors) return read;
    const execute = this.executorOf(document, operation, root, { context, variables: read.values }, variables);
    const result = await tracedOperation(operation, context, () => withinDeadline(this.options.operationTimeout, context, execute));
    const { maxAnswerSize, onAnswer, afterMutation } = this.options;
    if (operation.operation === 'mutation') await afterMutation?.();
    const size = sizeOfAnswer(result.data, maxAnswerSize);
    onAnswer?.(context, size);
    if (size <= maxAnswerSize) return result;
    throw new RequestError('ANSWER_TOO_LARGE', `The answer has more than ${maxAnswerSize} characters: ask for less at once.`);
  }

  private executorOf(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    rootValue: unknown,
    execution: Execution,
    variableValues: Record<string, unknown>,
  ): () => Promise<ExecutionResult> {
    const compiled = this.compile(document, operation);
    if (compiled === null) {
      const { schema } = this;
      const operationName = operation.name?.value;
      const contextValue = execution.context;
      return async () => execute({ schema, document, operationName, rootValue, contextValue, variableValues });
    }
    const conditions = compiled.conditions.map((name) => [name, execution.variables[name]] as const);
    const unclear = conditions.find(([, value]) => typeof value !== 'boolean');
    if (unclear) {
      const [name] = unclear;
      throw new RequestError('BAD_USER_INPUT', `The variable "$${name}" decides about a field and must be true or false.`, name);
    }
    return async () => compiled.query(rootValue, execution, Object.fromEntries(conditions));
  }

  private compile(document: DocumentNode, operation: OperationDefinitionNode): Compiled | null {
    const entry = this.byDocument.get(document);
    const name = operation.name?.value ?? '';
    const known = entry?.compiled.get(name);
    if (known !== undefined) return known;
    const compiled = this.compiled(document, operation);
    if (entry) {
      entry.compiled.set(name, compiled);
      if (compiled) entry.compiledFields += compiledSize(this.schema, document, operation);
      // Its size has grown.
      if (this.entries.has(entry.key)) this.entries.set(entry.key, entry);
    }
    return compiled;
  }

  private compiled(document: DocumentNode, operation: OperationDefinitionNode): Compiled | null {
    const form = compiledForm(this.schema, document, operation);
    if (!form) return null;
    const compiled = compileQuery(this.executable, form.document, undefined, { disablingCapturingStackErrors: true });
    if (!isCompiledQuery(compiled)) throw new Error('An operation cannot be compiled.', { cause: compiled.errors?.[0] });
    return { query: compiled.query, conditions: form.conditions };
  }
}

function coded(error: GraphQLError, code: string): GraphQLError {
  if (error.extensions['code']) return error;
  const { nodes, source, positions, path } = error;
  return new GraphQLError(withoutValues(error.message), { nodes, source, positions, path, extensions: { code } });
}

/** A value in a document may be a password that was put in the wrong place. */
function withoutValues(message: string): string {
  if (message.startsWith('Syntax Error')) return message.replace(/(?:String|Int|Float|BlockString) ".*/s, 'a value.');
  return message.replace(/^([\w "]{1,250} cannot represent [\w -]{1,60}): .*/s, '$1.').replace(/, found .*/s, '.');
}

function rememberCost(entry: Entry, operation: string, cost: Cost, variables: Record<string, unknown>): void {
  const known = entry.costVariables.get(operation) ?? [];
  // Which variables matter can itself depend on variables, so all that ever did are part of the key.
  const names = [...new Set([...known, ...cost.variables])];
  if (names.length !== known.length) entry.costs.clear();
  entry.costVariables.set(operation, names);
  const key = costKey(operation, names, variables);
  if (key.length <= longestCostKey) entry.costs.set(key, cost);
}

function costKey(operation: string, names: string[], variables: Record<string, unknown>): string {
  return JSON.stringify([operation, ...names.map((name) => costValue(variables[name]))]);
}

/** What of a value can matter to the cost: a number, a flag, or how long its lists are. */
function costValue(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) return value.length;
  if (typeof value === 'string') return 's';
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 2) return {};
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, costValue(inner, depth + 1)]));
}

function sizeOf({ tokens, compiledFields }: Entry): number {
  return bytes.document + bytes.token * tokens + bytes.compiledField * compiledFields + bytes.cost * costsPerDocument;
}
