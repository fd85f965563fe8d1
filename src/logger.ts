/** The log: one JSON object a line, without secrets. */
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

/** Fields that must not be written whatever they hold. */
const secretFields = new Set([
  ...['authorization', 'cookie', 'set-cookie', 'password', 'token', 'accessToken', 'refreshToken', 'secret', 'authSecret'],
  ...['email', 'variables', 'connectionParams', 'apiKey', 'passwordHash', 'refreshHash'],
]);
/** How deep they are looked for, and what is below that is not written. */
const maxDepth = 6;

type Replacement = [pattern: RegExp, replacement: string];

/** Secrets inside of texts, such as the message of a database error. Each pattern takes bounded time at every position. */
const secretTexts: Replacement[] = [
  [/\beyJ[\w-]{1,2000}\.[\w-]{1,8000}\.[\w-]{1,2000}/g, '[token]'],
  [/(?<![\w-])[\w-]{24}\.\d{1,9}\.[\w-]{43}(?![\w-])/g, '[token]'],
  [/\b(Bearer|Basic)\s{1,3}[^\s"\\]{1,8000}/gi, '$1 [credentials]'],
];

const secretsWithAt: Replacement[] = [
  [/\/\/[^\s"\\/@]{1,500}@/g, '//[credentials]@'],
  [/[^\s"'\\/@:;,<>()[\]{}]{1,64}@[^\s"'\\/@:;,<>()[\]{}]{1,255}/g, '[email]'],
];

const maxCauses = 5;

/**
 * Lines go out together, since writing each by itself takes as long as a short answer: so many bytes, or as often in milliseconds.
 * A pipe takes 4,096 bytes at once, so that lines of several processes do not get into each other.
 */
const lineBuffer = 3_000;
const longestUnwritten = 50;
/** What is kept of lines that cannot be written, such as on a full disk; the rest is lost. */
const mostUnwritten = 1_000_000;

/** @param destination where lines go; standard output by default */
export function createLogger(level: string, destination?: DestinationStream): PinoLogger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // Pino's own redaction looks for each path in each line, which takes longer than all else about a request.
      formatters: { level: (label) => ({ level: label }), log: (fields) => redacted(fields) },
      serializers: { err: (error: unknown) => describe(error) },
      hooks: { streamWrite: lineWithoutSecrets },
    },
    destination ?? standardOutput(),
  );
}

function standardOutput(): DestinationStream {
  const output = pino.destination({
    dest: 1,
    sync: true,
    minLength: lineBuffer,
    maxLength: mostUnwritten,
    periodicFlush: longestUnwritten,
  });
  // Whoever serves goes on without its log.
  output.on('error', () => {});
  // Not flushSync, which never ends where the lines cannot be written.
  process.once('exit', () => output.end());
  return output;
}

/** The same where there is nothing to hide. */
function redacted<Fields extends object>(fields: Fields, depth = 0): Fields {
  let copy: Record<string, unknown> | null = null;
  for (const [name, value] of Object.entries(fields)) {
    const written = secretFields.has(name) ? '[redacted]' : isNested(value) ? redactedBelow(value, depth + 1) : (value as unknown);
    if (written !== value)
      (copy ??= (Array.isArray(fields) ? [...(fields as unknown[])] : { ...fields }) as Record<string, unknown>)[name] = written;
  }
  return (copy as Fields | null) ?? fields;
}

function redactedBelow(value: object, depth: number): unknown {
  return depth > maxDepth ? '[nested]' : redacted(value, depth);
}

/** Errors are described by their serializer, which leaves their fields out. */
function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Error);
}

/** Only what is known to be harmless: an error's other properties may hold the data it is about. */
function describe(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  const path = 'path' in error && Array.isArray(error.path) ? { path: error.path.join('.') } : {};
  return {
    type: error.constructor.name || name,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    message,
    ...path,
    stack,
    ...(cause !== undefined && depth < maxCauses && { cause: describe(cause, depth + 1) }),
  };
}

function replaceAll(text: string, replacements: Replacement[]): string {
  return replacements.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}

/**
 * What JSON writes for one character, once or within JSON. Its letters are no part of the text around it:
 * `\njo@example.org` is a line break and an address.
 */
const escaped = /(\\(?:u[\da-f]{4}|[bfnrt"/]|\\(?:u[\da-f]{4}|[bfnrt])?))/;

function lineWithoutSecrets(line: string): string {
  if (!line.includes('\\')) return withoutSecrets(line);
  const parts = line.split(escaped);
  return parts.map((part, at) => (at % 2 === 0 ? withoutSecrets(part) : part)).join('');
}

export function withoutSecrets(text: string): string {
  const withoutTokens = replaceAll(text, secretTexts);
  return withoutTokens.includes('@') ? replaceAll(withoutTokens, secretsWithAt) : withoutTokens;
}
