/** What operators see: metrics to be asked for, and traces and metrics that are sent to a receiver. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Plaza, type Account } from '../support/plaza.js';
import { repeat, serverThat } from '../support/server-that.js';
import { hasPrometheus, Prometheus } from '../support/prometheus.js';
import { until } from '../support/until.js';

interface Attribute {
  key: string;
  value: { stringValue?: string };
}

interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: Attribute[];
  status?: { code?: number };
}

/** A receiver of OTLP over HTTP, in JSON. */
class Receiver {
  readonly bodies: string[] = [];
  readonly spans: SentSpan[] = [];
  readonly metricNames = new Set<string>();
  readonly tokens = new Set<string | undefined>();
  private server!: Server;

  async start(): Promise<string> {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      this.tokens.add(request.headers['x-token'] as string | undefined);
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.take(Buffer.concat(chunks).toString());
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/otlp`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private take(body: string): void {
    this.bodies.push(body);
    const { resourceSpans = [], resourceMetrics = [] } = JSON.parse(body) as {
      resourceSpans?: { scopeSpans: { spans: SentSpan[] }[] }[];
      resourceMetrics?: { scopeMetrics: { metrics: { name: string }[] }[] }[];
    };
    for (const { scopeSpans } of resourceSpans) for (const { spans } of scopeSpans) this.spans.push(...spans);
    for (const { scopeMetrics } of resourceMetrics)
      for (const { metrics } of scopeMetrics) for (const { name } of metrics) this.metricNames.add(name);
  }
}

/** Metrics of other ways to run it: with Gorse, and with several processes. */
const elsewhere = ['plaza_recommender_fallbacks_total', 'plaza_process_info'];

/** A histogram is read by its parts. */
const partsOf = (name: string, type: string): string[] =>
  type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name];

const product = 'query Shown($id: ID!) { product(id: $id) { title category { name } } }';

async function metricsOf(plaza: Plaza): Promise<string> {
  const response = await fetch(`${plaza.url}/metrics`, { headers: { authorization: 'Bearer a-token-of-the-operator' } });
  return response.text();
}

describe('metrics', () => {
  const plaza = new Plaza();
  let merchant: Account;
  let shown = '';
  beforeAll(async () => {
    await plaza.start({ METRICS_TOKEN: 'a-token-of-the-operator', RATE_LIMIT_COST_PER_ADDRESS: '1000000' });
    merchant = await plaza.account({ merchant: true });
    shown = await plaza.product(merchant);
  });
  afterAll(() => plaza.stop());

  test('count operations by name, kind and code, with their duration and cost', async () => {
    for (let at = 0; at < 6; at++) await plaza.query(product, { id: shown });
    await plaza.query('query Shown($id: ID!) { product(id: $id) { title } }', { id: 'nonsense' });
    const metrics = await metricsOf(plaza);
    expect(metrics).toMatch(/^plaza_operations_total\{operation="Shown",kind="query",transport="http",code="OK"\} 2$/m);
    expect(metrics).toMatch(/^plaza_operations_total\{operation="Shown",kind="query",transport="http",code="BAD_USER_INPUT"\} 1$/m);
    expect(metrics).toMatch(/^plaza_operation_duration_seconds_count\{operation="Shown",kind="query"\} 3$/m);
    expect(metrics).toMatch(/^plaza_operation_cost_points_count\{kind="query"\} \d+$/m);
  });

  test('have a bounded number of names, however many clients make up', async () => {
    for (let at = 0; at < 130; at++) {
      const query = `query Name${at} { __typename }`;
      for (let again = 0; again < 6; again++) await plaza.query(query);
    }
    const names = new Set([...(await metricsOf(plaza)).matchAll(/plaza_operations_total\{operation="([^"]*)"/g)].map(([, name]) => name));
    expect(names.size).toBeLessThanOrEqual(103);
    expect(names).toContain('other');
    expect(names).not.toContain('Name129');
  });

  test('count refused operations by the limit, and documents that are no GraphQL', async () => {
    await plaza.query(
      `{ ${Array.from({ length: 60 }, (_, at) => `a${at}: products(first: 100) { edges { node { reviews(first: 100) { edges { node { id } } } } } }`).join(' ')} }`,
    );
    await plaza.query('{ nonsense');
    const metrics = await metricsOf(plaza);
    expect(metrics).toMatch(/^plaza_limits_hit_total\{code="QUERY_TOO_COMPLEX"\} [1-9]/m);
    expect(metrics).toMatch(/^plaza_operations_total\{operation="none",kind="unknown",transport="http",code="GRAPHQL_PARSE_FAILED"\} 1$/m);
  });

  test('are all that the dashboard and the alerts ask for', async () => {
    const known = new Set(
      [...(await metricsOf(plaza)).matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) => partsOf(name!, type!)),
    );
    const asked = ['deploy/grafana/dashboards/plaza.json', 'deploy/prometheus/alerts.yml'].flatMap(
      (path) => readFileSync(path, 'utf8').match(/\b(plaza|nodejs|process)_[a-z0-9_]+/g) ?? [],
    );
    expect(asked.length).toBeGreaterThan(40);
    expect([...new Set(asked)].filter((name) => !known.has(name))).toEqual([]);
  });

  test('are all described in the manual, which describes no others', async () => {
    const known = [...(await metricsOf(plaza)).matchAll(/^# TYPE (plaza_\S+) /gm)].map(([, name]) => name!);
    const described = readFileSync('docs/observability.md', 'utf8').match(/\bplaza_[a-z_]+/g) ?? [];
    expect(known.length).toBeGreaterThan(30);
    expect([...new Set(described)].sort()).toEqual([...new Set([...known, ...elsewhere])].sort());
  });

  test.skipIf(!hasPrometheus)('answer a real Prometheus, which understands the dashboard and the alerts', async () => {
    const prometheus = await Prometheus.start(plaza.url, 'a-token-of-the-operator');
    try {
      const { panels } = JSON.parse(readFileSync('deploy/grafana/dashboards/plaza.json', 'utf8')) as {
        panels: { title: string; targets?: { expr: string }[] }[];
      };
      await until(async () => (await prometheus.query('sum(rate(plaza_http_requests_total[1m]))')).result.length > 0);
      const shown = new Set<string>();
      for (const { title, targets = [] } of panels) {
        for (const { expr } of targets) {
          const { result, error } = await prometheus.query(expr.replaceAll('$__rate_interval', '1m'));
          expect([title, error]).toEqual([title, null]);
          if (result.length > 0) shown.add(title);
        }
      }
      // Of what has not happened yet, such as failures, there are no figures.
      const always = ['Operations a second', 'HTTP by route and status', 'Commands a second', 'Connections', 'Lag of background work'];
      expect([...shown]).toEqual(expect.arrayContaining([...always, 'Mail', 'Webhooks', 'Overdue', 'CPU', 'Memory']));
      const rules = await prometheus.rules();
      expect(rules.length).toBeGreaterThan(10);
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    } finally {
      await prometheus.stop();
    }
  });

  test('tell of requests by route, of the store’s commands and connections, and of background work', async () => {
    await fetch(`${plaza.url}/health/ready`);
    await fetch(`${plaza.url}/nowhere/${'x'.repeat(50)}`);
    const metrics = await metricsOf(plaza);
    expect(metrics).toMatch(/^plaza_http_requests_total\{method="GET",route="\/health\/ready",status="200"\} 1$/m);
    expect(metrics).toMatch(/^plaza_http_requests_total\{method="GET",route="none",status="404"\} 1$/m);
    expect(metrics).toMatch(/^plaza_store_command_duration_seconds_count\{command="find"\} [1-9]/m);
    expect(metrics).toMatch(/^plaza_store_connections [1-9]/m);
    expect(metrics).toMatch(/^plaza_worker_runs_total\{worker="mail",outcome="succeeded"\} [1-9]/m);
    expect(metrics).toMatch(/^plaza_mail_waiting \d+$/m);
    expect(metrics).not.toContain('xxxxx');
  });
});

describe('telemetry', () => {
  const receiver = new Receiver();
  const plaza = new Plaza();
  let shown = '';
  const spanNamed = (name: string, traceId?: string) =>
    receiver.spans.filter((span) => span.name === name && (!traceId || span.traceId === traceId));

  beforeAll(async () => {
    const endpoint = await receiver.start();
    await plaza.start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'x-token=of%20mine' });
    shown = await plaza.product(await plaza.account({ merchant: true }));
  });

  test('is one trace from the caller to the commands of the store', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await plaza.post(JSON.stringify({ query: product, variables: { id: shown } }), { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
    await until(async () => spanNamed('graphql query', traceId).length > 0);
    const [operation] = spanNamed('graphql query', traceId);
    expect(operation).toMatchObject({ parentSpanId: 'b7ad6b7169203331' });
    const [field] = spanNamed('Query.product', traceId);
    expect(field).toMatchObject({ parentSpanId: operation!.spanId });
    expect(spanNamed('store find', traceId).length).toBeGreaterThan(0);
    expect(operation!.attributes).toContainEqual({ key: 'graphql.operation.name', value: { stringValue: 'Shown' } });
  });

  test('holds nothing that was written or asked for', async () => {
    const { traceId } = { traceId: '1af7651916cd43dd8448eb211c80319c' };
    await plaza.post(
      JSON.stringify({
        query: 'query ($text: String!) { searchProducts(query: $text, first: 1) { totalCount } }',
        variables: { text: 'very-private' },
      }),
      {
        traceparent: `00-${traceId}-b7ad6b7169203331-01`,
      },
    );
    await until(async () => spanNamed('graphql query', traceId).length > 0);
    expect(receiver.bodies.join()).not.toContain('very-private');
    expect(receiver.bodies.join()).not.toContain(shown);
  });

  test('follows the caller’s choice not to be traced', async () => {
    const traceId = '2af7651916cd43dd8448eb211c80319c';
    await plaza.post(JSON.stringify({ query: product, variables: { id: shown } }), { traceparent: `00-${traceId}-b7ad6b7169203331-00` });
    await plaza.query('{ viewer { id } }');
    await until(async () => spanNamed('Query.viewer').length > 0);
    expect(receiver.spans.filter((span) => span.traceId === traceId)).toEqual([]);
  });

  test('sends what is left, metrics too, when the server stops', async () => {
    await plaza.query('mutation { signIn(input: { email: "a@example.com", password: "wrong" }) { userErrors { code } } }');
    await plaza.stop();
    expect(spanNamed('Mutation.signIn')).toHaveLength(1);
    expect(receiver.metricNames).toContain('plaza_operation_duration_seconds');
    expect(receiver.metricNames).toContain('plaza_worker_lag_seconds');
    expect([...receiver.tokens]).toEqual(['of mine']);
    receiver.stop();
  });

  test('stops nothing while its receiver is away', async () => {
    const alone = new Plaza();
    await alone.start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9/' });
    expect((await alone.query('{ viewer { id } }')).errors).toBeUndefined();
    await alone.stop();
  });

  test('ends in time while its receiver answers without end', async () => {
    const endless = await serverThat((connection) => {
      connection.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      repeat(connection, '1\r\n \r\n');
    });
    const alone = new Plaza();
    await alone.start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://${endless.address}/` });
    await alone.query('{ viewer { id } }');
    const begun = Date.now();
    await alone.stop();
    expect(Date.now() - begun).toBeLessThan(20_000);
    endless.stop();
  });

  test('leaves nothing to a server that is started after it in the same process', async () => {
    const lines: { msg: string; traceId?: string }[] = [];
    const untraced = new Plaza();
    untraced.logOutput = { write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[number]) };
    await untraced.start({ LOG_LEVEL: 'info' });
    for (let time = 0; time < 40; time++) await untraced.query(`query Asked${time} { viewer { id } }`);
    await untraced.stop();
    const asked = lines.filter(({ msg }) => msg === 'request');
    expect(asked).toHaveLength(40);
    expect(asked.filter(({ traceId }) => traceId !== undefined)).toEqual([]);
  });
});
