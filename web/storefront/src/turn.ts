/** Ends a turn of the event loop: what takes long is done in several, between which the browser answers its user. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
