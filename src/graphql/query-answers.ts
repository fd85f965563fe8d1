/**
 * Answers queries before Apollo Server sees them, from memory where their answer is kept. An answer is made for nobody in
 * particular; where it turned out not to depend on who asks, everybody gets the same bytes.
 */
import { createHash } from 'node:crypto';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { RateLimited } from '../errors.js';
import type { RequestFacts } from '../log.js';
import { once } from '../relay/connection.js';
import { RequestContext, type SignedIn, type Streams } from '../relay/context.js';
import type { StoreCache } from '../store/cache/index.js';
import { withKeptReads } from '../store/cache/reads.js';
import type { CompiledOperations } from './compiled-operations.js';
import type { Cost } from './cost.js';
import { formatRefusals, refusal } from './errors.js';
import { noteErrors, noteOperation, type NamedOperation, type Report } from './operation-log.js';
import type { RateLimits } from './rate-limits.js';
import { runOperation, type Outcome } from './run-query.js';
import { textOfVariables } from './variables-text.js';

/** From whom a query comes. */
export interface Asker {
  authorization: string | undefined;
  acceptLanguage: string | undefined;
  userAgent: string | null;
  /** The caller's trace. */
  traceparent?: string | undefined;
  address: string;
  facts: RequestFacts;
}

export interface QueryRequest extends Asker {
  query: string;
  operationName: string | undefined;
  variables: Record<string, unknown>;
}

export interface QueryAnswer {
  status: number | undefined;
  /** What is the same for all who get it. */
  kept: Buffer;
  /** What follows it: what this request was charged. */
  own: Buffer;
  /** Whether it is nobody's own, and so has no secrets in it. */
  isShared: boolean;
  /** A digest of the body but for what was charged; empty for an answer with errors. */
  tag: () => string;
  /** What `answerAgain` takes; null where the answer is the viewer’s own, or went wrong. */
  repeatable: RepeatableQuery | null;
  /** Seconds after which somebody who has used up their budget may ask again. */
  retryAfter?: number;
}

export interface QueryAnswerOptions {
  operations: CompiledOperations;
  rateLimits: RateLimits;
  /** Null where nothing is kept. */
  cache: StoreCache | null;
  streams: Streams;
  authenticate: (authorization: string | undefined) => Promise<SignedIn | null>;
  /** Whether a user has blocked nobody and is blocked by nobody. */
  seesEverybody: (user: SignedIn['userId']) => Promise<boolean>;
  report: Report;
}

/** An answer as it is kept. */
interface KeptAnswer {
  /** Null for one without errors. */
  failure: Outcome | null;
  /** All of it but for what was charged and the last brace. */
  json: Buffer;
  characters: number;
  tag: () => string;
  /** Whose answer it is: everybody's, that of all who see everybody, of strangers, or of one viewer with blocks. */
  of: 'ALL' | 'UNBLOCKED' | 'STRANGERS' | 'VIEWER';
  isOfLanguage: boolean;
}

/** A query that may run, as texts: it holds nothing that was made of them, so that many can be kept. */
export interface RepeatableQuery {
  operation: NamedOperation;
  operationName: string | undefined;
  /** As JSON. */
  variables: string;
  cost: Cost;
  query: string;
  key: string;
}

interface AskedQuery {
  texts: RepeatableQuery;
  /** What the texts say, where the query has to be run. */
  parsed: () => { document: DocumentNode; variables: Record<string, unknown> };
}

/** Bytes: what is remembered of documents whose answers are each viewer's own, and of questions whose answers hold for a moment, takes no more each. */
const apartMemory = 2 * 1024 * 1024;
const longestKey = 20_000;
const booleanSize = 200;
/** What an answer and its compressed forms take, as a multiple of its own bytes. */
const compressedToo = 2;
/** Other credentials, such as API keys, note that they are used. */
const accessToken = /^Bearer eyJ[\w.-]{1,4000}$/;

export class QueryAnswers {
  private readonly personal = rememberedTexts();
  private readonly momentary = rememberedTexts();

  constructor(private readonly options: QueryAnswerOptions) {}

  /** @returns null for what is left to Apollo Server, which says what is wrong with it */
  async answer(request: QueryRequest): Promise<QueryAnswer | null> {
    const asked = this.read(request);
    return asked && this.answerAsked(asked, request);
  }

  /** Answers what was asked before. @returns null for what is left to Apollo Server */
  async answerAgain(texts: RepeatableQuery, asker: Asker): Promise<QueryAnswer | null> {
    const parsed = (): ReturnType<AskedQuery['parsed']> => ({
      // It is one, since it was answered before.
      document: this.options.operations.document(texts.query) as DocumentNode,
      variables: JSON.parse(texts.variables) as Record<string, unknown>,
    });
    return this.answerAsked({ texts, parsed }, asker);
  }

  private async answerAsked(asked: AskedQuery, asker: Asker): Promise<QueryAnswer | null> {
    const signedIn = await this.signedInBy(asker.authorization).catch(() => undefined);
    if (signedIn === undefined) return null;
    const context = this.contextOf(asker, signedIn);
    noteOperation(context, asked.texts.operation);
    try {
      await this.options.rateLimits.charge(asked.texts.cost, context);
    } catch (error) {
      if (error instanceof RateLimited) return this.refused(error, context);
      throw error;
    }
    const { answer, isOwn } = await this.answerOf(asked, context, signedIn);
    const isShared = isKeepable(answer, signedIn);
    if (answer.failure) noteErrors(context.facts, answer.failure.result.errors);
    if (!isOwn) this.options.rateLimits.chargeAnswer(context, answer.characters);
    const repeatable = isShared && this.options.cache ? asked.texts : null;
    return { status: answer.failure?.status, kept: answer.json, own: this.chargeOf(context), isShared, tag: answer.tag, repeatable };
  }

  /** Whoever is refused is not asked to pay a second time. */
  private refused(error: RateLimited, context: RequestContext): QueryAnswer {
    const errors = formatRefusals([refusal(error)]);
    noteErrors(context.facts, errors);
    const kept = Buffer.from(JSON.stringify({ errors }).slice(0, -1));
    const own = this.chargeOf(context);
    return { status: 429, kept, own, isShared: false, tag: () => '', repeatable: null, retryAfter: error.retryAfter };
  }

  private read({ query, operationName, variables }: QueryRequest): AskedQuery | null {
    const { operations } = this.options;
    const document = operations.document(query);
    if (!('kind' in document)) return null;
    try {
      const operation = operations.operation(document, operationName);
      if (operation.operation !== 'query') return null;
      const cost = operations.cost(document, operation, variables);
      const text = textOfVariables(variables);
      const key = `answer ${operationName ?? ''} ${text} ${query}`;
      const texts = { operation: nameOf(operation), operationName, variables: text, cost, query, key };
      return { texts, parsed: () => ({ document, variables }) };
    } catch {
      return null;
    }
  }

  private contextOf(asker: Asker, signedIn: SignedIn | null): RequestContext {
    const { address, acceptLanguage, userAgent, traceparent, facts } = asker;
    return Object.assign(new RequestContext({ signedIn }, address, this.options.streams), {
      facts,
      userAgent,
      acceptLanguage,
      traceparent,
    });
  }

  /** The answer, from memory where it is kept; with whether it was made for this request. */
  private async answerOf(
    asked: AskedQuery,
    context: RequestContext,
    signedIn: SignedIn | null,
  ): Promise<{ answer: KeptAnswer; isOwn: boolean }> {
    const { cache } = this.options;
    const run = () => this.run(asked, context);
    const own = async () => ({ answer: await (cache ? withKeptReads(cache, run) : run()), isOwn: true });
    if (!cache || this.isApart(asked.texts, signedIn)) return own();
    let isOwn = false;
    const { value: answer, isCacheable } = await cache.get(
      asked.texts.key,
      async () => {
        isOwn = true;
        return this.runForOthers(asked, context, signedIn);
      },
      (made) => (isKeepable(made, signedIn) ? compressedToo * made.json.length : null),
    );
    if (isOwn && !isCacheable) this.noteApart(asked.texts, answer, signedIn);
    return isOwn || (await this.isFor(answer, signedIn)) ? { answer, isOwn } : own();
  }

  /** The answer of a viewer who does not see everybody is their own, also where they do by the time that it is there. */
  private async runForOthers(asked: AskedQuery, context: RequestContext, signedIn: SignedIn | null): Promise<KeptAnswer> {
    const sawEverybody = !signedIn || (await this.hasNoBlocks(signedIn));
    const answer = await this.run(asked, context);
    if (answer.of !== 'UNBLOCKED' || (sawEverybody && (await this.isFor(answer, signedIn)))) return answer;
    return { ...answer, of: 'VIEWER' };
  }

  private async isFor({ of }: KeptAnswer, signedIn: SignedIn | null): Promise<boolean> {
    if (!signedIn || of === 'ALL') return true;
    return of === 'UNBLOCKED' && (await this.hasNoBlocks(signedIn));
  }

  /** Whether an answer is of no use to others, or those of others to this viewer. */
  private isApart({ key, query }: RepeatableQuery, signedIn: SignedIn | null): boolean {
    if (signedIn?.key) return true;
    return key.length > longestKey || this.momentary.has(key) || (signedIn !== null && this.personal.has(query));
  }

  private noteApart({ key, query }: RepeatableQuery, answer: KeptAnswer, signedIn: SignedIn | null): void {
    if (signedIn && answer.of === 'STRANGERS') this.personal.set(query, true);
    else if (isKeepable(answer, signedIn)) this.momentary.set(key, true);
  }

  private async run(asked: AskedQuery, context: RequestContext): Promise<KeptAnswer> {
    const { operations, report } = this.options;
    Object.assign(context, { askedWho: false, askedWhomTheySee: false, askedLanguage: false });
    const outcome = await runOperation(operations, { ...asked.parsed(), operationName: asked.texts.operationName }, context, (error) =>
      report(error, context.facts),
    );
    const { errors, data } = outcome.result;
    const isWhole = !errors && outcome.status === undefined;
    const text = JSON.stringify({ errors, data });
    const json = Buffer.from(text.slice(0, -1));
    return {
      failure: isWhole ? null : outcome,
      json,
      characters: text.length,
      tag: isWhole ? tagOf(json) : () => '',
      of: context.askedWho ? 'STRANGERS' : context.askedWhomTheySee ? 'UNBLOCKED' : 'ALL',
      isOfLanguage: context.askedLanguage,
    };
  }

  private chargeOf(context: RequestContext): Buffer {
    const cost = this.options.rateLimits.chargeOf(context);
    return Buffer.from(`,"extensions":${JSON.stringify({ cost })}}\n`);
  }

  /** @throws RequestError for a token that is not good now */
  private async signedInBy(authorization: string | undefined): Promise<SignedIn | null> {
    const { cache, authenticate } = this.options;
    if (!cache || !authorization || !accessToken.test(authorization)) return authenticate(authorization);
    const { value } = await cache.get(
      `session ${authorization}`,
      () => authenticate(authorization),
      (signedIn) => (signedIn ? booleanSize : null),
    );
    // Time passes without a change in the store.
    return value && value.expiresAt.getTime() > Date.now() ? value : authenticate(authorization);
  }

  private async hasNoBlocks({ userId }: SignedIn): Promise<boolean> {
    const { value } = await this.options.cache!.get(
      `blocks ${userId.toHexString()}`,
      () => this.options.seesEverybody(userId),
      () => booleanSize,
    );
    return value;
  }
}

/** By itself: the definition leads to all of the document. */
function nameOf({ operation, name }: OperationDefinitionNode): NamedOperation {
  return { operation, name: name && { value: name.value } };
}

function rememberedTexts(): LRUCache<string, true> {
  return new LRUCache({ maxSize: apartMemory, sizeCalculation: (_, text) => 2 * text.length + booleanSize });
}

/** Made out here: what is kept holds on to nothing of the request that it was made for. */
function tagOf(json: Buffer): () => string {
  return once(() => createHash('sha256').update(json).digest('base64url'));
}

function isKeepable({ failure, of, isOfLanguage }: KeptAnswer, signedIn: SignedIn | null): boolean {
  return failure === null && !isOfLanguage && of !== 'VIEWER' && (of !== 'STRANGERS' || signedIn === null);
}
