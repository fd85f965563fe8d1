/** What every layer may say to the operator. Pino's loggers fit, and so does fastify's. */

type Write = (fields: Record<string, unknown>, message: string) => void;

/** Errors go into the field `err`, so that their stack and cause are kept. */
export interface Logger {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
}

/** What the log lines about a request say of it. Filled in as the request shows what it is. */
export interface RequestFacts {
  /** Taken from or answered as `x-request-id`. */
  requestId?: string;
  /** Of the trace that the operation is part of, where it is recorded. */
  traceId?: string;
  /** The operation's name, as the document has it. */
  operation?: string;
  kind?: 'query' | 'mutation' | 'subscription';
  userId?: string;
  /** The beginning of the API key. */
  apiKey?: string;
  /** The code of the first error. */
  code?: string;
  /** The code of the first rule that a mutation's input broke, such as a wrong password. */
  brokenRule?: string;
  /** What it was charged, in points. */
  cost?: number;
}
