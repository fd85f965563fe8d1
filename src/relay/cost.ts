/** What fields cost, said beside them, in the terms of the GraphQL cost directives (`@cost` and `@listSize`). */
import { Extensions } from 'type-graphql';

export interface FieldCost {
  /** Points for the field itself; by default 1 for an object, 0.1 for a value and 10 for a mutation. */
  weight?: number;
  /** How long the list is at most where no argument says. */
  assumedSize?: number;
  /** Arguments, by their path, that say how long the list is: a number, or a list as long as the answer. */
  slicingArguments?: string[];
  /** What each item of a list argument costs, by the argument's path. */
  perItem?: { argument: string; weight: number };
  /** The list argument, by its path, whose items the limits of changes count one by one. */
  changes?: string;
}

/** Prices a field that costs more, or answers more, than its type shows. */
export function Cost(cost: FieldCost): PropertyDecorator & MethodDecorator {
  return Extensions({ cost });
}
