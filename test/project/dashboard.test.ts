/** The dashboard is one that Grafana shows as it is meant: whole panels in their places, with questions that Prometheus understands. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

/** What the dashboard uses of Grafana's schema 41, and nothing else. */
const datasource = z.strictObject({ type: z.literal('prometheus'), uid: z.string() });
const gridPos = z.strictObject({
  h: z.int().min(1),
  w: z.int().min(1).max(24),
  x: z.int().min(0).max(23),
  y: z.int().min(0),
});
const target = z.strictObject({ refId: z.string().regex(/^[A-Z]$/), expr: z.string().min(1), legendFormat: z.string(), datasource });
const row = z.strictObject({
  id: z.int().min(1),
  type: z.literal('row'),
  title: z.string().min(1),
  collapsed: z.boolean(),
  panels: z.array(z.never()),
  gridPos,
});
const timeseries = z.strictObject({
  id: z.int().min(1),
  type: z.literal('timeseries'),
  title: z.string().min(1),
  description: z.string(),
  datasource,
  targets: z.array(target).min(1),
  fieldConfig: z.strictObject({
    defaults: z.strictObject({
      unit: z.enum(['ops', 's', 'short', 'bytes', 'percentunit', 'none', 'cps', 'reqps']),
      min: z.number().optional(),
      custom: z.record(z.string(), z.unknown()).optional(),
    }),
    overrides: z.array(z.unknown()),
  }),
  options: z.strictObject({
    legend: z.strictObject({
      calcs: z.array(z.string()),
      displayMode: z.enum(['list', 'table', 'hidden']),
      placement: z.enum(['bottom', 'right']),
      showLegend: z.boolean(),
    }),
    tooltip: z.strictObject({ mode: z.enum(['single', 'multi', 'none']), sort: z.enum(['none', 'asc', 'desc']) }),
  }),
  gridPos,
});
const dashboardSchema = z.strictObject({
  uid: z.string().min(1).max(40),
  title: z.string().min(1),
  tags: z.array(z.string()),
  timezone: z.enum(['browser', 'utc']),
  schemaVersion: z.literal(41),
  version: z.int(),
  editable: z.boolean(),
  templating: z.strictObject({ list: z.array(z.never()) }),
  annotations: z.strictObject({ list: z.array(z.never()) }),
  refresh: z.string().regex(/^\d+[smh]$/),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  panels: z.array(z.discriminatedUnion('type', [row, timeseries])).min(1),
});

const dashboard = JSON.parse(readFileSync('deploy/grafana/dashboards/plaza.json', 'utf8')) as z.infer<typeof dashboardSchema>;

describe('the dashboard', () => {
  test('has what Grafana’s schema has, and nothing else', () => {
    expect(dashboardSchema.safeParse(dashboard).error?.issues ?? []).toEqual([]);
  });

  test('gives each panel a number and each question of a panel a letter of its own', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const panel of dashboard.panels) {
      if (panel.type === 'row') continue;
      const letters = panel.targets.map(({ refId }) => refId);
      expect(new Set(letters).size, panel.title).toBe(letters.length);
    }
  });

  test('lays no panel over another or beyond the edge', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect([title, taken.get(`${x},${y}`)]).toEqual([title, undefined]);
          taken.set(`${x},${y}`, title);
        }
      }
    }
  });

  test('asks the data source that is provisioned, from the folder that compose mounts', () => {
    const provisioned = readdirSync('deploy/grafana/provisioning/datasources').flatMap(
      (name) =>
        (parse(readFileSync(`deploy/grafana/provisioning/datasources/${name}`, 'utf8')) as { datasources: { uid: string }[] }).datasources,
    );
    const asked = dashboard.panels.flatMap((panel) =>
      panel.type === 'row' ? [] : [panel.datasource, ...panel.targets.map((one) => one.datasource)],
    );
    expect(new Set(asked.map(({ uid }) => uid))).toEqual(new Set(provisioned.map(({ uid }) => uid)));
    const { providers } = parse(readFileSync('deploy/grafana/provisioning/dashboards/plaza.yml', 'utf8')) as {
      providers: { options: { path: string } }[];
    };
    const { services } = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
      services: { grafana: { volumes: string[] } };
    };
    for (const { options } of providers) expect(services.grafana.volumes).toContain(`./deploy/grafana/dashboards:${options.path}:ro`);
  });
});
