/**
 * OpenTelemetry: traces and metrics over OTLP. Its SDK is loaded only where there is an endpoint to send them to, so
 * that everybody else pays for nothing.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { context, propagation, trace } from '@opentelemetry/api';
import type { Registry } from 'prom-client';
import type { Logger } from '../log.js';

export interface TelemetryOptions {
  /** Base URL of an OTLP receiver; `/v1/traces` and `/v1/metrics` are added. Without one nothing is sent. */
  endpoint: string | undefined;
  /** Headers of every export, such as a token of the receiver's. */
  headers: Record<string, string>;
  serviceName: string;
  /** Share of new traces that are recorded, from 0 to 1. A caller that samples decides for its own. */
  sampleRatio: number;
}

export interface Telemetry {
  /** Sends what is left. */
  stop(): Promise<void>;
}

const exportTimeout = 5_000;
const metricInterval = 30_000;

/** Starts sending, where there is somewhere to send to. One process has one telemetry. */
export async function startTelemetry(options: TelemetryOptions, registry: Registry, log: Logger): Promise<Telemetry | null> {
  const { endpoint, headers, serviceName, sampleRatio } = options;
  if (endpoint === undefined) return null;
  const [sdk, sdkMetrics, resources, traceExport, metricExport, { registryReader }] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/exporter-metrics-otlp-http'),
    import('./metric-export.js'),
  ]);
  const resource = resources.resourceFromAttributes({ 'service.name': serviceName, 'service.instance.id': `${process.pid}` });
  const destination = (path: string) => ({ url: new URL(path, withSlash(endpoint)).href, headers, timeoutMillis: exportTimeout });
  const spans = new sdk.BatchSpanProcessor(new traceExport.OTLPTraceExporter(destination('v1/traces')));
  const tracers = new sdk.NodeTracerProvider({
    resource,
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [spans],
    spanLimits: { attributeValueLengthLimit: 200 },
  });
  tracers.register();
  const exporter = new metricExport.OTLPMetricExporter(destination('v1/metrics'));
  const meters = new sdkMetrics.MeterProvider({ resource, readers: [registryReader(registry, exporter, metricInterval)] });
  log.info({ endpoint: new URL(endpoint).origin, serviceName, sampleRatio }, 'sending traces and metrics');
  return {
    async stop() {
      // The receiver may be away, or answer without end, which stops nothing.
      const sent = Promise.allSettled([tracers.shutdown(), meters.shutdown()]);
      await Promise.race([sent, pause(exportTimeout, undefined, { ref: false })]);
      for (const api of [trace, context, propagation]) api.disable();
    },
  };
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
