/**
 * A failure that whoever starts Plaza can mend, such as a taken port. Its message says everything, so it is
 * shown without a stack.
 */
export class OperatorError extends Error {
  /** @param code stable, for programs that start Plaza */
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
