/**
 * Makes any subscription resumable. Its text is changed so that it asks for each event’s cursor and takes the place to go
 * on after as a variable; what was added is taken out of the answers again, so that nobody above notices.
 */
import { resumableFields } from './schema.js';

export interface SubscriptionPayload {
  query?: string | null;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
  extensions?: Record<string, unknown> | null;
}

export interface SubscriptionResult {
  data?: Record<string, unknown> | null;
  errors?: readonly object[];
  extensions?: Record<string, unknown> | null;
}

interface Rewritten {
  query: string;
  /** The variable that `after` is. */
  variable: string;
  /** The text that stood in its place. */
  initial: string | undefined;
  /** Where the answer has the event. */
  responseKey: string;
  /** Where the event has its cursor. */
  cursorKey: string;
}

/** The server shares one execution between subscriptions that differ in `$after` alone. */
const usualVariable = '$after';
const otherVariable = '$plazaAfter';
const ownCursor = 'plazaCursor';

/** One subscription on its way through any number of connections. */
export class ResumingSubscription {
  /** What to send, again for each connection: its variables always name the last event. */
  readonly payload: SubscriptionPayload;
  private readonly rewritten: Rewritten | null;
  private readonly variables: Record<string, unknown>;

  constructor(payload: SubscriptionPayload) {
    this.rewritten = payload.query ? rewrite(payload.query, payload.operationName) : null;
    this.variables = { ...payload.variables };
    if (this.rewritten?.initial !== undefined) this.variables[this.rewritten.variable] = this.rewritten.initial;
    this.payload = {
      ...payload,
      ...(this.rewritten && { query: this.rewritten.query, extensions: { ...payload.extensions, cursor: true } }),
      variables: this.variables,
    };
  }

  /** @returns the answer for the subscriber; null for what only says where the stream stands */
  receive(result: SubscriptionResult): SubscriptionResult | null {
    if (!this.rewritten) return result;
    const { variable, responseKey, cursorKey } = this.rewritten;
    const start = result.extensions?.['cursor'];
    if (typeof start === 'string' && !result.data && !result.errors) {
      this.variables[variable] ??= start;
      return null;
    }
    const event = result.data?.[responseKey] as Record<string, unknown> | null | undefined;
    const cursor = event?.[cursorKey];
    if (typeof cursor === 'string') this.variables[variable] = cursor;
    if (!event || cursorKey !== ownCursor) return result;
    const { [ownCursor]: _taken, ...rest } = event;
    return { ...result, data: { ...result.data, [responseKey]: rest } };
  }
}

const known = new Map<string, Rewritten | null>();
const maxKnown = 200;

/** @returns null for what is no subscription that resumes */
export function rewrite(query: string, operationName?: string | null): Rewritten | null {
  const key = `${operationName ?? ''} ${query}`;
  let rewritten = known.get(key);
  if (rewritten === undefined) {
    if (known.size >= maxKnown) known.clear();
    rewritten = new Rewriting(query).run(operationName);
    known.set(key, rewritten);
  }
  return rewritten;
}

interface Token {
  text: string;
  at: number;
}

/** Strings, names, numbers and variables, and single signs. Commas, comments and spaces mean nothing. */
const tokenPattern = /"""(?:\\"""|[^])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n\r]*|\$?[_A-Za-z]\w*|-?\d[\w.+-]*|\.{3}|[!$&():=@[\]{|}]/g;
const closing: Record<string, string> = { '(': ')', '{': '}', '[': ']' };

class Rewriting {
  private readonly tokens: Token[];
  private readonly edits: { from: number; to: number; text: string }[] = [];

  constructor(private readonly query: string) {
    this.tokens = [...query.matchAll(tokenPattern)]
      .map(({ 0: text, index }) => ({ text, at: index }))
      .filter(({ text }) => text[0] !== '#');
  }

  run(operationName?: string | null): Rewritten | null {
    const operation = this.findDefinition('subscription', operationName);
    if (operation === null) return null;
    const body = this.bodyAfter(operation);
    const root = this.rootField(body);
    if (!root || !resumableFields.has(root.name)) return null;
    const place = this.placeOf(root.args);
    const hasCursor = this.selects(root.body, 'cursor');
    const own = this.tokens.some(({ text }) => text === usualVariable) ? otherVariable : usualVariable;
    if (!place.variable) this.declare(own, operation, root, place.value);
    if (!hasCursor) this.edit(this.tokens[root.body]!.at + 1, 0, ` ${ownCursor}: cursor `);
    return {
      query: this.edited(),
      variable: place.variable ?? own.slice(1),
      initial: place.value === undefined ? undefined : literal(this.text(place.value)),
      responseKey: root.responseKey,
      cursorKey: hasCursor ? 'cursor' : ownCursor,
    };
  }

  private text(at: number): string {
    return this.tokens[at]?.text ?? '';
  }

  /** The place of the first token of a definition. @param name any where left out */
  private findDefinition(keyword: string, name?: string | null): number | null {
    for (let at = 0; at < this.tokens.length; at++) {
      if (this.text(at) === keyword && (!name || this.text(at + 1) === name)) return at;
      if (this.text(at) in closing) at = this.endOf(at);
    }
    return null;
  }

  /** The place of what closes a bracket. */
  private endOf(open: number): number {
    let depth = 0;
    for (let at = open; at < this.tokens.length; at++) {
      const { text } = this.tokens[at]!;
      if (text in closing) depth++;
      else if (text === ')' || text === '}' || text === ']') depth--;
      if (depth === 0) return at;
    }
    return this.tokens.length - 1;
  }

  /** The place of the next `{` that is in no argument. */
  private bodyAfter(from: number): number {
    for (let at = from; at < this.tokens.length; at++) {
      if (this.text(at) === '{') return at;
      if (this.text(at) === '(') at = this.endOf(at);
    }
    return this.tokens.length;
  }

  /** A subscription has one field; it may stand in a fragment. */
  private rootField(body: number): { name: string; responseKey: string; args: number | null; nameAt: number; body: number } | null {
    let at = body + 1;
    if (this.text(at) === '...') {
      const name = this.text(at + 1);
      if (name === 'on' || name === '{' || name === '@') return this.rootField(this.bodyAfter(at));
      const fragment = this.findDefinition('fragment', name);
      return fragment === null ? null : this.rootField(this.bodyAfter(fragment));
    }
    const responseKey = this.text(at);
    if (this.text(at + 1) === ':') at += 2;
    const selection = this.bodyAfter(at);
    if (selection >= this.tokens.length) return null;
    return { name: this.text(at), responseKey, nameAt: at, args: this.text(at + 1) === '(' ? at + 1 : null, body: selection };
  }

  /** The variable that `after` is, or the place of the value that it has. */
  private placeOf(args: number | null): { variable?: string; value?: number } {
    if (args === null) return {};
    const end = this.endOf(args);
    for (let at = args + 1; at < end; at++) {
      if (this.text(at) in closing) at = this.endOf(at);
      else if (this.text(at) === 'after' && this.text(at + 1) === ':') {
        const value = this.text(at + 2);
        return value.startsWith('$') ? { variable: value.slice(1) } : { value: at + 2 };
      }
    }
    return {};
  }

  /** Whether the selection has the field at its top, under its own name. */
  private selects(body: number, field: string): boolean {
    const end = this.endOf(body);
    for (let at = body + 1; at < end; at++) {
      if (this.text(at) in closing) at = this.endOf(at);
      else if (this.text(at) === field && this.text(at - 1) !== ':' && this.text(at + 1) !== ':' && !/^(\.{3}|@)$/.test(this.text(at - 1)))
        return true;
    }
    return false;
  }

  /** Makes `after` a variable. */
  private declare(variable: string, operation: number, { nameAt, args }: { nameAt: number; args: number | null }, value?: number): void {
    const after = `after: ${variable}`;
    if (value !== undefined) this.edit(this.tokens[value]!.at, this.text(value).length, variable);
    else if (args !== null) this.edit(this.tokens[args]!.at + 1, 0, `${after} `);
    else this.edit(this.tokens[nameAt]!.at + this.text(nameAt).length, 0, `(${after})`);
    const declaration = `${variable}: String`;
    const variables = /^[_A-Za-z]/.test(this.text(operation + 1)) ? operation + 2 : operation + 1;
    if (this.text(variables) === '(') this.edit(this.tokens[variables]!.at + 1, 0, `${declaration} `);
    else this.edit(this.tokens[variables - 1]!.at + this.text(variables - 1).length, 0, ` (${declaration})`);
  }

  private edit(from: number, length: number, text: string): void {
    this.edits.push({ from, to: from + length, text });
  }

  private edited(): string {
    let { query } = this;
    for (const { from, to, text } of this.edits.sort((a, b) => b.from - a.from)) query = query.slice(0, from) + text + query.slice(to);
    return query;
  }
}

function literal(text: string): string | undefined {
  if (text.startsWith('"""')) return text.slice(3, -3).trim();
  return text.startsWith('"') ? (JSON.parse(text) as string) : undefined;
}
