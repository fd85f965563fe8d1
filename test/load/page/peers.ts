/** Servers that give the same page of the same rows: each in a process of its own. */
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { page, slug, start, type Started } from './shop.js';

const folder = fileURLToPath(new URL('../peers-page', import.meta.url));

export interface Peer {
  name: string;
  page: typeof page;
  /** @param storeUri where the page's rows are */
  start(storeUri: string): Promise<Started>;
}

/** As PostGraphile names what Plaza's page has, with lists as pages take them: the newest first. */
const postgraphilePage = {
  query: `query ProductPage($slug: String!) { product: productBySlug(slug: $slug) {
  id title description priceAmountMinor priceCurrency category { name } merchant { name }
  reviewCount mean weightedMean composite distribution qualityMean priceMean serviceMean
  reviews(first: 20, orderBy: [CREATED_AT_DESC, PRIMARY_KEY_DESC]) {
    totalCount edges { cursor node { id title body overall verifiedPurchase author { id handle name } } }
  }
  comments(first: 20, condition: { parentId: null }, orderBy: [CREATED_AT_DESC, PRIMARY_KEY_DESC]) {
    totalCount edges { cursor node { id body author { id handle name } } }
  }
  similarProducts: similar(first: 5) { edges { node { id title slug composite } } }
} }`,
  variables: { slug },
};

/** Those that can run here; a line for each that cannot. */
export function presentPeers(): Peer[] {
  const peers = [peer('the bare driver', 'driver.js')];
  if (hasPackage('mercurius')) peers.push(peer('mercurius', 'mercurius.js'));
  const programs = postgresPrograms();
  if (!programs) console.log('PostGraphile is not measured: it needs initdb and postgres of PostgreSQL (apt-get install postgresql)');
  else if (hasPackage('postgraphile', 'PostGraphile')) {
    const environment = { POSTGRES_PROGRAMS: programs, GRAPHILE_ENV: 'production' };
    peers.push(peer('PostGraphile', 'postgraphile.js', postgraphilePage, environment));
  }
  return peers;
}

function peer(name: string, file: string, asked = page, environment: NodeJS.ProcessEnv = {}): Peer {
  return { name, page: asked, start: (storeUri) => start([join(folder, file)], { STORE_URI: storeUri, ...environment }) };
}

function hasPackage(name: string, shownAs = name): boolean {
  const present = existsSync(join(folder, 'node_modules', name));
  if (!present) console.log(`${shownAs} is not measured: npm install --prefix test/load/peers-page`);
  return present;
}

/** The folder of the server's programs, which Debian leaves out of the PATH. */
function postgresPrograms(): string | undefined {
  const versions = '/usr/lib/postgresql';
  const newestFirst = existsSync(versions) ? readdirSync(versions).sort((one, another) => Number(another) - Number(one)) : [];
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...newestFirst.map((version) => join(versions, version, 'bin'))];
  return folders.find((one) => ['initdb', 'postgres'].every((program) => existsSync(join(one, program))));
}
