/**
 * Variables as a text that is the same only for the same variables. One that is left out is none that is null: it may have a
 * default. Nor is a number too large for a double, which JSON would write as null.
 */
export function textOfVariables(variables: Record<string, unknown>): string {
  return JSON.stringify(variables, (_name, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? { infinite: value > 0 } : value,
  );
}
