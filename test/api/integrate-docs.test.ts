/** The code that docs/integrate has for other shop systems, run as it stands on messages as those systems document them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { exportJWK, FlattenedSign, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeBlocks } from '../support/docs.js';
import { usePlaza, type Account } from '../support/plaza.js';
import { hasPhp } from '../support/processes.js';
import { fixture, post, wooHeaders, type Json } from '../support/shop-sender.js';
import { until } from '../support/until.js';

const plaza = usePlaza({ INVITATION_DELAY: '0', INVITATION_QUIET_HOURS: '0-0' });
const folder = fileURLToPath(new URL('../../node_modules/.cache/integrate-docs/', import.meta.url));
let admin: Account;
let merchant: Account;

/** Writes the files of a page, which begin with their names. */
function writePage(page: string): string {
  const root = join(folder, page);
  const files = codeBlocks.filter(({ file }) => [`integrate/${page}.md`, 'integrate/generic.md'].includes(file));
  for (const { code } of files) {
    const name = /^\/\/ ([\w./-]+\.(?:mjs|ts))\n/.exec(code)?.[1];
    if (!name) continue;
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), code);
    // Medusa's page says where the shared function goes.
    if (name === 'tell-plaza.ts' && page === 'medusa') {
      mkdirSync(join(root, 'src/lib'), { recursive: true });
      writeFileSync(join(root, 'src/lib/tell-plaza.ts'), code);
    }
  }
  return root;
}

/** Runs a file of a page. @param alias what stands for packages of the shop system */
async function load(page: string, name: string, alias: Record<string, string> = {}): Promise<Json> {
  const root = writePage(page);
  const outfile = join(root, `${name.replaceAll(/\W/g, '-')}.built.mjs`);
  const decorators = JSON.stringify({ compilerOptions: { experimentalDecorators: true } });
  await build({
    ...{ entryPoints: [join(root, name)], outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'error' },
    ...{ external: ['standardwebhooks', 'jose'], alias, tsconfigRaw: decorators },
  });
  return import(pathToFileURL(outfile).href);
}

async function integrate(source: string): Promise<void> {
  const input = { platform: 'GENERIC', source, merchantId: merchant.id };
  const { secret } = await plaza.mutate('createIntegration', input, 'secret', admin.token);
  process.env['PLAZA_URL'] = `${plaza.url}/integrations/generic?source=${source}`;
  process.env['PLAZA_SECRET'] = secret;
}

async function refused(): Promise<Json[]> {
  await plaza.settle('integrations');
  const query = '{ integrationMessages(status: REFUSED) { edges { node { topic reason } } } }';
  return (await plaza.data(query, {}, admin.token)).integrationMessages.edges;
}

async function expectDelivered(source: string, productId: string, orderId: string, facts: Json): Promise<void> {
  expect(await refused()).toEqual([]);
  const query = `query ($product: String, $order: String, $source: String) {
    product(externalId: $product, source: $source) { title sku price { amountMinor currency } imageUrl }
    order(externalId: $order, source: $source) { status buyer { name } items { quantity price { amountMinor } } } }`;
  const found = await plaza.data(query, { product: productId, order: orderId, source }, merchant.token);
  expect(found).toMatchObject(facts);
  expect(found.order.status).toBe('DELIVERED');
}

beforeAll(async () => {
  admin = await plaza.account({ role: 'ADMIN' });
  merchant = await plaza.account({ merchant: true });
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['PLAZA_URL', 'PLAZA_SECRET', 'SALEOR_URL', 'PORT']) delete process.env[name];
});

test('the generic form: its example is taken', async () => {
  await integrate('erp');
  const { tellPlaza } = await load('generic', 'tell-plaza.mjs');
  await tellPlaza('product.created', { externalId: '8123', title: 'Teapot' });
  const example = codeBlocks.find(({ file, language }) => file === 'integrate/generic.md' && language === 'json')!;
  const { type, data } = JSON.parse(example.code);
  await tellPlaza(type, data);
  await expectDelivered('erp', '8123', '1001', { order: { buyer: { name: 'Ada Lovelace' }, items: [{ quantity: 2 }] } });
  process.env['PLAZA_SECRET'] = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  await expect(tellPlaza(type, data)).rejects.toThrow('Plaza answered 401');
});

test('the TypeScript that needs no shop system passes the strict check of types', () => {
  const root = ['vendure', 'medusa'].map(writePage);
  const files = [join(root[0]!, 'tell-plaza.ts'), join(root[0]!, 'plaza-messages.ts'), join(root[1]!, 'src/lib/plaza-money.ts')];
  const { NodeNext } = ts.ModuleKind;
  const options = { strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, module: NodeNext, types: ['node'] };
  const problems = ts.getPreEmitDiagnostics(ts.createProgram(files, options));
  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([]);
});

describe('the plugin for Vendure', () => {
  const core = `
    export const VendurePlugin = () => () => {};
    export class PluginCommonModule {}
    ${[
      'EventBus',
      'OrderService',
      'OrderStateTransitionEvent',
      'ProductEvent',
      'ProductService',
      'ProductVariantEvent',
      'ProductVariantService',
      'RefundStateTransitionEvent',
    ]
      .map((name) => `export class ${name} {}`)
      .join('\n')}`;

  test('tells of products and orders when Vendure’s events say so', async () => {
    await integrate('vendure');
    mkdirSync(folder, { recursive: true });
    const stand = join(folder, 'vendure-core.mjs');
    writeFileSync(stand, core);
    const { PlazaPlugin } = await load('vendure', 'plaza.plugin.ts', { '@vendure/core': stand });
    const subscribers: Record<string, (event: Json) => Promise<void>> = {};
    const eventBus = {
      ofType: ({ name }: { name: string }) => ({ subscribe: (next: (event: Json) => Promise<void>) => void (subscribers[name] = next) }),
    };
    // As Vendure does: a product's own variants come without prices.
    const { variants: items, ...product } = fixture('vendure-product');
    const unpriced = items.map(({ id }: Json) => ({ id, priceWithTax: 0 }));
    const [products, orders] = [{ ...product, variants: unpriced }, fixture('vendure-order')].map((one) => ({ findOne: async () => one }));
    const variants = { getVariantsByProductId: async () => ({ items, totalItems: items.length }) };
    new PlazaPlugin(eventBus, products, variants, orders).onApplicationBootstrap();
    await subscribers['ProductEvent']!({ entity: { id: 1 }, type: 'updated' });
    await subscribers['OrderStateTransitionEvent']!({ order: { id: 9 } });
    await expectDelivered('vendure', '1', '9', {
      product: { title: 'Copper kettle', price: { amountMinor: 3600, currency: 'EUR' }, sku: null },
      order: { buyer: { name: 'Vera Dure' }, items: [{ quantity: 1, price: { amountMinor: 3600 } }] },
    });
    await subscribers['ProductEvent']!({ entity: { id: 1 }, type: 'deleted' });
    await plaza.settle('integrations');
    expect((await plaza.data('{ product(externalId: "1", source: "vendure") { id } }')).product).toBeNull();
  });
});

describe('the app for Saleor', () => {
  let jwks: Server;
  afterAll(() => void jwks.close());

  test('takes webhooks that Saleor signed, and no others', async () => {
    await integrate('saleor');
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const published = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig' }] });
    jwks = createServer((_request, response) => void response.setHeader('content-type', 'application/json').end(published));
    jwks.listen(0, '127.0.0.1');
    await until(async () => jwks.address() !== null);
    process.env['SALEOR_URL'] = `http://127.0.0.1:${(jwks.address() as AddressInfo).port}`;
    process.env['PORT'] = '0';
    const { server } = await load('saleor', 'saleor-app.mjs');
    await until(async () => server.address() !== null);
    const send = async (event: Json, signed = JSON.stringify(event)): Promise<number> => {
      const body = JSON.stringify(event);
      const jws = await new FlattenedSign(new TextEncoder().encode(signed))
        .setProtectedHeader({ alg: 'RS256', b64: false, crit: ['b64'] })
        .sign(privateKey);
      const headers = { 'saleor-signature': `${jws.protected}..${jws.signature}` };
      return (await fetch(`http://127.0.0.1:${server.address().port}`, { method: 'POST', body, headers })).status;
    };
    const order = codeBlocks.find(({ file, language }) => file === 'integrate/saleor.md' && language === 'json')!;
    expect(await send(fixture('saleor-product'))).toBe(204);
    expect(await send(JSON.parse(order.code))).toBe(204);
    expect(await send(fixture('saleor-product'), 'other bytes')).toBe(401);
    server.close();
    server.closeAllConnections();
    await expectDelivered('saleor', 'UHJvZHVjdDoxNTI=', 'T3JkZXI6ZTUxNGIxOGQ=', {
      product: { title: 'Apple juice', sku: '43226647', price: { amountMinor: 199 } },
      order: { buyer: { name: 'Ada Lovelace' }, items: [{ quantity: 2, price: { amountMinor: 1999 } }] },
    });
  });
});

describe('the subscribers for Medusa', () => {
  const containerOf = (data: Record<string, Json>) => ({
    resolve: () => ({ graph: async ({ entity }: { entity: string }) => ({ data: [data[entity]] }) }),
  });

  test('tell of products, orders and deliveries', async () => {
    await integrate('medusa');
    const products = await load('medusa', 'src/subscribers/plaza-products.ts');
    const orders = await load('medusa', 'src/subscribers/plaza-orders.ts');
    const container = containerOf({
      product: fixture('medusa-product'),
      order: fixture('medusa-order'),
      fulfillment: { order: { id: 'order_01H' } },
    });
    expect([...products.config.event, ...orders.config.event]).toContain('delivery.created');
    await products.default({ event: { name: 'product.updated', data: { id: 'prod_01H' } }, container });
    await orders.default({ event: { name: 'delivery.created', data: { id: 'ful_01' } }, container });
    await expectDelivered('medusa', 'prod_01H', 'order_01H', {
      product: { title: 'Medusa mug', sku: 'MUG-1', price: { amountMinor: 1250, currency: 'EUR' } },
      order: { buyer: { name: 'Mel Dusa' }, items: [{ quantity: 2, price: { amountMinor: 1250 } }] },
    });
    await plaza.settle('invitations');
    expect((await plaza.mailTo('mel@shop.example'))?.text).toContain('Review Medusa mug');
  });
});

describe.skipIf(!hasPhp)('the PHP for WooCommerce', () => {
  /** What WordPress and WooCommerce have of what the page uses. @param line of the shop's only refund */
  const wordPress = (line: Json): string => `
    $hooks = [];
    function add_action($name, $does) { global $hooks; $hooks[$name] = $does; }
    function add_filter($name, $does, $priority, $arguments) {
      global $hooks;
      $hooks[$name] = fn(...$given) => $does(...array_slice($given, 0, $arguments));
    }
    function wp_enqueue_script_module($id, $url) { echo "<script type='module' src='$url'></script>"; }
    function get_the_ID() { return 794; }
    function wc() { return (object) ['api' => new class {
      function get_endpoint_data($path) {
        return $path === '/wc/v3/orders/727/refunds/31' ? json_decode('${JSON.stringify({ id: 31, line_items: [line] })}', true) : [];
      }
    }]; }`;

  /** Runs the page's code, and then a line that uses its hooks. */
  function run(line: Json, use: string, input: string): string {
    const code = codeBlocks.filter(({ file, language }) => file === 'integrate/woocommerce.md' && language === 'php');
    const script = [wordPress(line), ...code.map((block) => block.code), use].join('\n');
    const { status, stdout, stderr } = spawnSync('php', ['-d', 'display_errors=stderr', '-r', script], { input, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return stdout;
  }

  const order = { ...fixture('woocommerce-order'), date_created_gmt: new Date().toISOString().slice(0, 19) };
  const [sold] = order.line_items;
  const refunded = {
    ...{ id: 9_001, product_id: sold.product_id, variation_id: 0, quantity: -1, total: '-21.50' },
    meta_data: [{ id: 1, key: '_refunded_item_id', value: String(sold.id) }],
  };

  test('adds the lines of refunds to an order, so that what was refunded leaves it', async () => {
    const secret = 'a secret of WooCommerce';
    await plaza.mutate('createIntegration', { platform: 'WOOCOMMERCE', secret, merchantId: merchant.id }, 'secret', admin.token);
    const send = async (topic: string, message: Json): Promise<void> => {
      const body = JSON.stringify(message);
      expect(await post(`${plaza.url}/integrations/woocommerce`, body, wooHeaders(secret, topic, body))).toBe(200);
    };
    await send('product.created', fixture('woocommerce-product'));
    await send('order.created', order);
    const quantity = async (): Promise<number> => {
      expect(await refused()).toEqual([]);
      const query = '{ order(externalId: "727", source: "woocommerce") { items { quantity } } }';
      return (await plaza.data(query, {}, merchant.token)).order.items[0].quantity;
    };
    expect(await quantity()).toBe(2);
    const later = { ...order, date_modified_gmt: '2026-11-24T12:00:00', refunds: [{ id: 31, reason: 'Too red', total: '-21.50' }] };
    const use = `echo json_encode($hooks['woocommerce_webhook_payload'](json_decode(stream_get_contents(STDIN), true), 'order', 727, 1));`;
    await send('order.updated', JSON.parse(run(refunded, use, JSON.stringify(later))));
    expect(await quantity()).toBe(1);
  });

  test('leaves what is no order as it is', () => {
    const use = `echo json_encode($hooks['woocommerce_webhook_payload'](json_decode(stream_get_contents(STDIN), true), 'product', 794, 1));`;
    const given = fixture('woocommerce-product');
    expect(JSON.parse(run(refunded, use, JSON.stringify(given)))).toEqual(given);
  });

  test('shows the reviews of the product of the page', () => {
    const use = `$hooks['wp_enqueue_scripts'](); $hooks['woocommerce_after_single_product_summary']();`;
    const script = "<script type='module' src='https://plaza.example/widgets.js'></script>";
    expect(run(refunded, use, '')).toBe(`${script}<plaza-reviews external-id="794" source="woocommerce"></plaza-reviews>`);
  });
});
