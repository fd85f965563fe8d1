/** How large an answer is, found out before it is made into one long text. */

/** What a value other than text takes in JSON, about. */
const plainValue = 8;
const punctuation = 2;

/**
 * About how many characters an answer has as JSON.
 * @param limit counting ends beyond it
 */
export function sizeOfAnswer(answer: unknown, limit: number): number {
  let size = 0;
  const rest: unknown[] = [answer];
  while (rest.length > 0 && size <= limit) {
    const value = rest.pop();
    if (typeof value === 'string') size += value.length + punctuation;
    else if (typeof value !== 'object' || value === null) size += plainValue;
    else if (Array.isArray(value)) {
      size += punctuation;
      for (const item of value) rest.push(item);
    } else {
      for (const name of Object.keys(value)) {
        size += name.length + 2 * punctuation;
        rest.push((value as Record<string, unknown>)[name]);
      }
    }
  }
  return size;
}
