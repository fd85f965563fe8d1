/** Failures that are part of the API's promise. Everything else is a defect and stays hidden from clients. */
import { toMessage, translate, type Message, type MessageText } from './messages/index.js';

export type RequestErrorCode =
  | 'UNAUTHENTICATED'
  | 'TOKEN_EXPIRED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'DOCUMENT_NOT_TRUSTED'
  | 'RATE_LIMITED'
  | 'QUERY_TOO_COMPLEX'
  | 'OPERATION_TIMEOUT'
  | 'ANSWER_TOO_LARGE'
  | 'SEARCH_UNAVAILABLE'
  | 'SIGN_IN_UNAVAILABLE'
  | 'IMAGES_UNAVAILABLE'
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
    super('RATE_LIMITED', `Too many requests. Try again in ${retryAfter} seconds.`);
  }
}

/** Codes of broken rules, and what they tell a client. */
export const ruleCodes = {
  ALREADY_EXISTS: 'It already exists, and there can only be one.',
  HANDLE_TAKEN: 'Another account has this handle.',
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key was used with another input.',
  INVALID: 'The value is not valid.',
  INVALID_CREDENTIALS: 'The email address, password or token is wrong.',
  INVALID_TRANSITION: 'The status can’t change from the current one to this one.',
  INVITATION_EXPIRED: 'The invitation’s link has expired.',
  INVITATION_INVALID: 'The invitation’s link was not made by this shop, or its order was cancelled.',
  INVITATION_USED: 'The invitation was used already.',
  LIMIT_REACHED: 'The maximum number has been reached.',
  LOOKS_LIKE_SPAM: 'Spam screening refused the text.',
  NOT_ALLOWED: 'The viewer can’t do this.',
  NOT_FOUND: 'What the ID names does not exist, or the viewer may not see it.',
  NOT_UPLOADED: 'The file of the upload has not arrived. Send it and try again.',
  OUT_OF_RANGE: 'The value is too small or too large. See `params`.',
  OUT_OF_STOCK: 'There are not enough items in stock.',
  QUOTA_EXCEEDED: 'The viewer has reached the limit of uploads for a day.',
  REQUIRED: 'The value is required.',
  RESULT_DELETED: 'What was created with this idempotency key has been deleted.',
  SUSPENDED: 'The account is suspended.',
  TOO_LARGE: 'The file has more bytes or pixels than are accepted. See `params`.',
  TOO_LATE: 'It is too late for this.',
  TOO_LONG: 'The text or list is too long. See `params`.',
  TOO_SHORT: 'The text is too short. See `params`.',
  TOO_WEAK: 'The password is easy to guess.',
  UNSUPPORTED_IMAGE: 'The file is no JPEG, PNG, WebP or AVIF image, is animated or broken, or of another type than announced.',
} as const;

export type RuleCode = keyof typeof ruleCodes;

/** One broken rule, with the path of the input field that broke it. */
export interface BrokenRule {
  code: RuleCode;
  message: Message;
  field: string[];
}

/** Input that is well formed but breaks a rule of the shop: reported in the payload's `userErrors`. */
export class RulesBroken extends Error {
  constructor(readonly rules: BrokenRule[]) {
    super(rules.map((rule) => translate(rule.message, 'en')).join(' '));
  }
}

/** A rule that a field of the mutation's input breaks. */
export function brokenRule(code: RuleCode, message: MessageText | Message, ...field: string[]): BrokenRule {
  return { code, message: toMessage(message), field: ['input', ...field] };
}

/** A single broken rule about a field of the mutation's input. */
export function broken(code: RuleCode, message: MessageText | Message, ...field: string[]): RulesBroken {
  return new RulesBroken([brokenRule(code, message, ...field)]);
}
