/** People who use the shop while it breaks, and what they were told: everything acknowledged is written down. */
import { setTimeout as pause } from 'node:timers/promises';
import type { System } from './system.js';

// The payload's shape is the mutation's.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

export interface Person {
  id: string;
  handle: string;
  email: string;
  token: string;
}

interface Answer {
  data?: Json;
  errors?: { message: string; extensions: { code: string } }[];
}

/** Codes of a test that asks wrongly. */
const mistakes = new Set(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED', 'FORBIDDEN', 'UNAUTHENTICATED']);

/** How requests went while something was wrong. */
export interface Outcome {
  answered: number;
  failed: number;
  /** Milliseconds from the first attempt of a write until it was acknowledged. */
  slowestWrite: number;
}

export class Shoppers {
  /** Codes of errors that requests got, apart from proxies' answers and broken lines. */
  readonly codes = new Map<string, number>();
  readonly outcomes = new Map<string, Outcome>();
  /** What is wrong now, as reports call it. */
  situation = 'nothing is wrong';
  private keys = 0;

  constructor(
    private readonly system: System,
    private readonly random: () => number,
  ) {}

  /** One request, given up after a while as browsers do. @returns null where no answer of the API came */
  async ask(query: string, variables: object = {}, token?: string): Promise<Answer | null> {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const init = { method: 'POST', headers, body: JSON.stringify({ query, variables }), signal: AbortSignal.timeout(20_000) };
    const answer = (await fetch(`${this.system.url}/graphql`, init)
      .then((response) => response.json())
      .catch(() => null)) as Answer | null;
    for (const { message, extensions } of answer?.errors ?? []) {
      if (mistakes.has(extensions.code)) throw new Error(message);
      this.codes.set(extensions.code, (this.codes.get(extensions.code) ?? 0) + 1);
    }
    return answer;
  }

  /** Asks once, and notes whether it was answered. */
  async read(query: string, variables: object, token?: string): Promise<Json> {
    const { situation } = this;
    const answer = await this.ask(query, variables, token);
    const outcome = this.outcomeOf(situation);
    if (!answer || answer.errors) outcome.failed++;
    else outcome.answered++;
    return answer?.data ?? null;
  }

  /** Asks until it is answered. */
  async readUntilAnswered(query: string, variables: object, token?: string): Promise<Json> {
    for (;;) {
      const answer = await this.ask(query, variables, token);
      if (answer && !answer.errors) return answer.data;
      await pause(100);
    }
  }

  /** Repeats a mutation with one idempotency key until it is acknowledged. */
  create(name: string, input: object, selection: string, token?: string): Promise<Json> {
    return this.write(name, { ...input, idempotencyKey: `key-${++this.keys}` }, selection, token);
  }

  /** Repeats a mutation that says what shall be, so that it may be repeated, until it is acknowledged. */
  async write(name: string, input: object, selection: string, token?: string): Promise<Json> {
    const query = mutation(name, selection);
    const startedAt = performance.now();
    for (;;) {
      const answer = await this.ask(query, { input }, token);
      if (answer?.data?.[name] && !answer.errors) {
        const outcome = this.outcomeOf(this.situation);
        outcome.slowestWrite = Math.max(outcome.slowestWrite, performance.now() - startedAt);
        return answer.data[name];
      }
      await pause(50 + this.random() * 200);
    }
  }

  /** @returns null where it is not known whether there is such an account now */
  async signUp(handle: string, merchant = false): Promise<Person | null> {
    const email = `${handle}@example.org`;
    const input = { email, password: 'correct horse', handle, name: handle, merchant };
    const answer = await this.ask(mutation('signUp', 'accessToken user { id }'), { input });
    const { accessToken, user } = answer?.data?.signUp ?? {};
    return accessToken ? { id: user.id, handle, email, token: accessToken } : null;
  }

  private outcomeOf(situation: string): Outcome {
    const outcome = this.outcomes.get(situation) ?? { answered: 0, failed: 0, slowestWrite: 0 };
    this.outcomes.set(situation, outcome);
    return outcome;
  }
}

function mutation(name: string, selection: string): string {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  return `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code field message } } }`;
}
