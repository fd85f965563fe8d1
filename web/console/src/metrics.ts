/** The text format of Prometheus. */

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^(\w+)(?:\{([^}]*)\})? (\S+)$/.exec(line) ?? [];
    if (!name) return [];
    return { name, labels: labelsOf(labels), value: Number(value) };
  });
}

/** @param text such as `worker="mail",store="a"` */
function labelsOf(text: string): Record<string, string> {
  const pairs = text.split('",').filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = '', value = ''] = pair.replace(/"$/, '').split('="');
      return [key, value];
    }),
  );
}

/** The sum over all labels; 0 where there is no such metric. */
export function sumOf(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number {
  const wanted = samples.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  return wanted.reduce((sum, { value }) => sum + value, 0);
}
