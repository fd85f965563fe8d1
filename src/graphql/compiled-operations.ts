/** Operations are compiled once per document and then run as plain functions. */
import {
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';

/** Longer documents are refused before they cost anything. */
export const mostTokens = 5000;

export class CompiledOperations {
  private readonly compiled = new WeakMap<DocumentNode, Map<string, CompiledQuery>>();
  private readonly documents = new LRUCache<string, DocumentNode>({ max: 1000 });

  /** @param introspection whether documents may ask for the schema */
  constructor(
    readonly schema: GraphQLSchema,
    private readonly introspection: boolean,
  ) {}

  /** Parses and validates, once per text. @throws GraphQLError where it does not parse */
  document(query: string): DocumentNode | readonly GraphQLError[] {
    const known = this.documents.get(query);
    if (known) return known;
    const document = parse(query, { maxTokens: mostTokens });
    const rules = this.introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
    const errors = validate(this.schema, document, rules);
    if (errors.length > 0) return errors;
    this.documents.set(query, document);
    return document;
  }

  /** @param root what the operation's fields resolve from: for a subscription, its event */
  async run(
    document: DocumentNode,
    operationName: string | undefined,
    root: unknown,
    context: unknown,
    variables: Record<string, unknown>,
  ): Promise<ExecutionResult> {
    const compiled = this.compile(document, operationName);
    return isCompiledQuery(compiled) ? compiled.query(root, context, variables) : compiled;
  }

  private compile(document: DocumentNode, operationName = ''): CompiledQuery | ExecutionResult {
    let byName = this.compiled.get(document);
    if (!byName) this.compiled.set(document, (byName = new Map<string, CompiledQuery>()));
    const known = byName.get(operationName);
    if (known) return known;
    const compiled = compileQuery(this.schema, document, operationName || undefined, { disablingCapturingStackErrors: true });
    if (isCompiledQuery(compiled)) byName.set(operationName, compiled);
    return compiled;
  }
}
