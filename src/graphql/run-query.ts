/** Runs an operation and puts what came of it into the form that clients get. */
import type { DocumentNode, ExecutionResult, FormattedExecutionResult } from 'graphql';
import type { RequestContext } from '../relay/context.js';
import type { CompiledOperations } from './compiled-operations.js';
import { formatError, statusOf } from './errors.js';

export interface Outcome {
  /** The HTTP status of an operation that did not run; undefined for one that did. */
  status: number | undefined;
  result: FormattedExecutionResult;
}

/** @param report told of defects */
export async function runOperation(
  operations: CompiledOperations,
  { document, operationName, variables }: { document: DocumentNode; operationName: string | undefined; variables: Record<string, unknown> },
  context: RequestContext,
  report: (error: unknown) => void,
): Promise<Outcome> {
  let result: ExecutionResult;
  try {
    result = await operations.run(document, operationName, {}, context, variables);
  } catch (error) {
    const { message } = error as Error;
    const formatted = formatError({ message }, error, report);
    return { status: statusOf(String(formatted.extensions!['code'])), result: { errors: [formatted] } };
  }
  if (!result.errors) return { status: undefined, result: result };
  const refused = !('data' in result);
  const errors = result.errors.map((error) => {
    // Without data, nothing ran: the variables do not fit the operation.
    const formatted = refused ? { ...error.toJSON(), extensions: { code: 'BAD_USER_INPUT' } } : error.toJSON();
    return formatError(formatted, error, report);
  });
  return refused ? { status: 400, result: { errors } } : { status: undefined, result: { ...(result as FormattedExecutionResult), errors } };
}
