/** Failures that are part of the API's promise. Everything else is a defect and stays hidden from clients. */

export type RequestErrorCode =
  | 'UNAUTHENTICATED'
  | 'TOKEN_EXPIRED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'RATE_LIMITED'
  | 'QUERY_TOO_COMPLEX'
  | 'OPERATION_TIMEOUT'
  | 'ANSWER_TOO_LARGE'
  | 'CONFLICT'
  | 'CURSOR_EXPIRED';

/** The request as a whole is refused: a top-level GraphQL error. */
export class RequestError extends Error {
  /** @param argument the argument at fault, as a path, where one is. */
  constructor(
    readonly code: RequestErrorCode,
    message: string,
    readonly argument?: string,
  ) {
    super(message);
  }
}

/** The viewer or their network asked for too much in a while. */
export class RateLimited extends RequestError {
  /** @param retryAfter seconds after which it may be tried again */
  constructor(readonly retryAfter: number) {
    super('RATE_LIMITED', `Too many requests. Try again in ${retryAfter} s.`);
  }
}

export type RuleCode =
  | 'ALREADY_EXISTS'
  | 'HANDLE_TAKEN'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'INVALID'
  | 'INVALID_CREDENTIALS'
  | 'INVALID_TRANSITION'
  | 'LOOKS_LIKE_SPAM'
  | 'NOT_ALLOWED'
  | 'NOT_FOUND'
  | 'NOT_UPLOADED'
  | 'OUT_OF_RANGE'
  | 'OUT_OF_STOCK'
  | 'QUOTA_EXCEEDED'
  | 'REQUIRED'
  | 'RESULT_DELETED'
  | 'SUSPENDED'
  | 'TOO_LARGE'
  | 'TOO_LATE'
  | 'TOO_LONG'
  | 'TOO_SHORT'
  | 'TOO_WEAK'
  | 'UNSUPPORTED_IMAGE';

/** One broken rule, with the path of the input field that broke it. */
export interface BrokenRule {
  code: RuleCode;
  message: string;
  field: string[];
}

/** Input that is well formed but breaks a rule of the shop: reported in the payload's `userErrors`. */
export class RulesBroken extends Error {
  constructor(readonly rules: BrokenRule[]) {
    super(rules.map((rule) => rule.message).join(' '));
  }
}

/** A single broken rule about a field of the mutation's input. */
export function broken(code: RuleCode, message: string, ...field: string[]): RulesBroken {
  return new RulesBroken([{ code, message, field: ['input', ...field] }]);
}
