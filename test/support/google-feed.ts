/**
 * The structure of Google's product review feed 2.4, as its published description has it: which elements stand in which
 * others, in which order and how often. Source: https://developers.google.com/product-review-feeds/schema
 */

/** The children of each element, as a regular expression over their names; null for text. */
const structure: Record<string, RegExp | null> = {
  feed: /^version (aggregator )?publisher (reviews )?$/,
  version: null,
  aggregator: /^name $/,
  publisher: /^name (favicon )?$/,
  name: null,
  favicon: null,
  reviews: /^(review )*$/,
  review:
    /^review_id reviewer (is_verified_purchase )?(is_incentivized_review )?review_timestamp (title )?content (review_language )?(review_country )?(pros )?(cons )?review_url (reviewer_images )?ratings products (is_spam )?(collection_method )?(transaction_id )?$/,
  review_id: null,
  reviewer: /^name (reviewer_id )?$/,
  reviewer_id: null,
  is_verified_purchase: null,
  is_incentivized_review: null,
  review_timestamp: null,
  title: null,
  content: null,
  review_url: null,
  reviewer_images: /^(reviewer_image )+$/,
  reviewer_image: /^url $/,
  url: null,
  ratings: /^overall $/,
  overall: null,
  products: /^(product )+$/,
  product: /^(product_ids )?(product_name )?product_url $/,
  product_ids: /^(gtins )?(mpns )?(skus )?(brands )?(asins )?$/,
  gtins: /^(gtin )+$/,
  mpns: /^(mpn )+$/,
  skus: /^(sku )+$/,
  brands: /^(brand )+$/,
  ...Object.fromEntries(['gtin', 'mpn', 'sku', 'brand', 'product_name', 'product_url', 'collection_method'].map((name) => [name, null])),
};

/** What the text of an element must be; others must not be empty. */
const texts: Record<string, RegExp> = {
  version: /^2\.4$/,
  is_verified_purchase: /^(true|false)$/,
  is_incentivized_review: /^(true|false)$/,
  review_timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  overall: /^[1-5](\.\d+)?$/,
  url: /^https?:\/\/\S+$/,
  review_url: /^https?:\/\/\S+$/,
  product_url: /^https?:\/\/\S+$/,
  collection_method: /^(unsolicited|point_of_sale|post_fulfillment)$/,
};

interface OpenElement {
  name: string;
  children: string;
  text: string;
}

/** What is wrong with a feed; nothing where it has the structure. */
export function flawsOfFeed(xml: string): string[] {
  const flaws: string[] = [];
  const open: OpenElement[] = [{ name: '', children: '', text: '' }];
  for (const [token, slash, name] of xml.replace(/^<\?xml[^>]*\?>/, '').matchAll(/<(\/?)([a-z_]+)(?:\s[^<>]*)?>|[^<]+/g)) {
    const current = open.at(-1)!;
    if (name === undefined) current.text += token;
    else if (slash) flaws.push(...flawsOf(open.pop()!, name));
    else {
      current.children += `${name} `;
      open.push({ name, children: '', text: '' });
    }
  }
  if (open.length !== 1 || open[0]!.children !== 'feed ') flaws.push('it is not one feed');
  // eslint-disable-next-line no-control-regex
  if (/&(?!(?:amp|lt|gt|quot|apos);)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(xml)) flaws.push('it is not well-formed');
  return flaws;
}

function flawsOf({ name, children, text }: OpenElement, closed: string): string[] {
  if (name !== closed) return [`${name} is closed as ${closed}`];
  const expected = structure[name];
  if (expected === undefined) return [`there is no element ${name}`];
  if (expected) return expected.test(children) && text.trim() === '' ? [] : [`${name} has ${children}and "${text.trim()}"`];
  if (children !== '') return [`${name} has elements`];
  return (texts[name] ?? /\S/).test(text) ? [] : [`${name} is "${text}"`];
}
