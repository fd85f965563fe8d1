/** Gives what is counted for /metrics to OpenTelemetry as well, so that each figure is counted once. */
import { ValueType, type Attributes, type HrTime } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  PeriodicExportingMetricReader,
  type CollectionResult,
  type DataPoint,
  type Histogram,
  type MetricData,
  type MetricProducer,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import type { MetricObjectWithValues, MetricValue, MetricValueWithName, Registry } from 'prom-client';

/** Exports a registry again and again. */
export function registryReader(registry: Registry, exporter: PushMetricExporter, interval: number): PeriodicExportingMetricReader {
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: interval,
    exportTimeoutMillis: Math.min(interval, 10_000),
    metricProducers: [new RegistryProducer(registry)],
  });
}

export class RegistryProducer implements MetricProducer {
  private readonly startedAt = now();

  constructor(private readonly registry: Registry) {}

  async collect(): Promise<CollectionResult> {
    const all = await this.registry.getMetricsAsJSON();
    const times = { startTime: this.startedAt, endTime: now() };
    const metrics = all.flatMap((metric) => dataOf(metric, times) ?? []);
    const scope = { name: 'plaza' };
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope, metrics }] }, errors: [] };
  }
}

interface Times {
  startTime: HrTime;
  endTime: HrTime;
}

function dataOf(metric: MetricObjectWithValues<MetricValue<string>>, times: Times): MetricData | null {
  const descriptor = { name: metric.name, description: metric.help, unit: '', valueType: ValueType.DOUBLE, advice: {} };
  const common = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
  // prom-client names a metric's type by a word where it answers JSON.
  const type = String(metric.type);
  const points = (): DataPoint<number>[] => metric.values.map(({ labels, value }) => ({ ...times, attributes: labels, value }));
  if (type === 'counter') return { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points() };
  if (type === 'gauge') return { ...common, dataPointType: DataPointType.GAUGE, dataPoints: points() };
  if (type !== 'histogram') return null;
  return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(metric, times) };
}

interface Gathered {
  attributes: Attributes;
  boundaries: number[];
  /** Up to and with each boundary, and all. */
  cumulative: number[];
  sum: number;
  count: number;
}

function histograms({ name, values }: MetricObjectWithValues<MetricValue<string>>, times: Times): DataPoint<Histogram>[] {
  const byLabels = new Map<string, Gathered>();
  for (const { labels, value, metricName } of values as MetricValueWithName<string>[]) {
    const { le, ...attributes } = labels as Record<string, string | number>;
    const key = JSON.stringify(attributes);
    const gathered = byLabels.get(key) ?? { attributes, boundaries: [], cumulative: [], sum: 0, count: 0 };
    byLabels.set(key, gathered);
    if (metricName === `${name}_sum`) gathered.sum = value;
    else if (metricName === `${name}_count`) gathered.count = value;
    else {
      gathered.cumulative.push(value);
      if (le !== '+Inf') gathered.boundaries.push(Number(le));
    }
  }
  return [...byLabels.values()].map(({ attributes, boundaries, cumulative, sum, count }) => {
    const counts = cumulative.map((upTo, at) => upTo - (cumulative[at - 1] ?? 0));
    return { ...times, attributes, value: { buckets: { boundaries, counts }, sum, count } };
  });
}

function now(): HrTime {
  const ms = Date.now();
  return [Math.floor(ms / 1000), (ms % 1000) * 1_000_000];
}
