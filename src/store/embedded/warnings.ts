/** One line for the operator, on standard error; the same line again only after a while. */
const quiet = 60_000;
const said = new Map<string, number>();

export function warn(line: string): void {
  const now = performance.now();
  if (now - (said.get(line) ?? -Infinity) < quiet) return;
  if (said.size > 100) said.clear();
  said.set(line, now);
  process.stderr.write(`Embedded store: ${line}\n`);
}
