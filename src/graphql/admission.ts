/** What every transport asks before it runs an operation. */
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { RequestError } from '../errors.js';
import type { RequestContext } from '../relay/context.js';
import { sizeOfAnswer } from './answer-size.js';
import type { CompiledOperations } from './compiled-operations.js';
import type { RateLimits } from './rate-limits.js';

/** A live operation keeps its variables for as long as it lives. */
const largestLiveVariables = 8_000;

export interface Admission {
  operation: OperationDefinitionNode;
  /** What it was charged, which is what each event costs for a live operation. */
  points: number;
}

interface Door {
  operations: CompiledOperations;
  rateLimits: RateLimits;
}

/**
 * Finds the operation, prices it and charges for it.
 * @throws RequestError for an operation that does not exist, costs too much, or that the viewer cannot pay for now
 */
export async function admit(
  { operations, rateLimits }: Door,
  document: DocumentNode,
  operationName: string | undefined,
  variables: Record<string, unknown>,
  context: RequestContext,
): Promise<Admission> {
  const operation = operations.operation(document, operationName);
  if (operation.operation === 'subscription' && sizeOfAnswer(variables, largestLiveVariables) > largestLiveVariables) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `The variables of a subscription have at most ${largestLiveVariables} characters.`,
      'variables',
    );
  }
  if (operation.operation === 'subscription') operations.checkVariables(operation, variables);
  const cost = operations.cost(document, operation, variables);
  await rateLimits.charge(cost, context);
  return { operation, points: cost.points };
}
