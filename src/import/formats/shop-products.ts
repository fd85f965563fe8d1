/** The product exports of Shopify and WooCommerce. */
import type { Entry } from '../record.js';
import type { Row, TableFormat } from './format.js';
import { productIn, soldIn } from './tables.js';

const base = { layout: 'table', scale: { least: 1, most: 5 }, category: 'Imported products', html: true } as const;

/** One row a variant or picture; the first of each handle, which alone has the title, stands for the product. */
const shopify: TableFormat = {
  ...base,
  name: 'shopify',
  columns: {
    product: ['Handle', 'URL handle'],
    productTitle: ['Title'],
    description: ['Body (HTML)', 'Body HTML', 'Description'],
    brand: ['Vendor'],
    category: ['Type', 'Product Category', 'Product type'],
    sku: ['Variant SKU', 'SKU'],
    gtin: ['Variant Barcode', 'Barcode', 'Google Shopping / GTIN'],
    mpn: ['Google Shopping / MPN'],
    stock: ['Variant Inventory Qty', 'Inventory quantity'],
    backorder: ['Variant Inventory Policy', 'Continue selling when out of stock'],
    price: ['Variant Price', 'Price'],
    currency: ['Currency'],
    productImage: ['Image Src', 'Product image URL'],
    status: ['Status', 'Published', 'Published on online store'],
  },
  required: [['product'], ['productTitle'], ['price']],
  read: (row, style): Entry =>
    row.text('productTitle').trim() === '' ? {} : { product: { ...productIn(categorised(row, '>'), style), ...soldIn(row) } },
};

/** Variations follow their product, and add nothing that the shop keeps. */
const woocommerce: TableFormat = {
  ...base,
  name: 'woocommerce',
  columns: {
    product: ['SKU', 'ID'],
    productTitle: ['Name'],
    description: ['Description', 'Short description'],
    inStock: ['In stock?'],
    category: ['Categories'],
    price: ['Regular price'],
    salePrice: ['Sale price'],
    stock: ['Stock'],
    backorder: ['Backorders allowed?'],
    currency: ['Currency'],
    sku: ['SKU'],
    gtin: ['GTIN, UPC, EAN, or ISBN', 'GTIN'],
    brand: ['Brands', 'Brand'],
    productImage: ['Images'],
    rowType: ['Type'],
    status: ['Published'],
  },
  required: [['product'], ['productTitle'], ['price']],
  read(row, style): Entry {
    const isVariation = /variation/i.test(row.text('rowType'));
    return isVariation ? {} : { product: { ...productIn(categorised(row, '>'), style), ...soldIn(row) } };
  },
};

/** Of a path such as "Clothing > Shirts, Sale", the narrowest part of the first. */
function categorised(row: Row, separator: string): Row {
  const narrowest = (path: string): string =>
    path
      .split(/(?<!\\),/)[0]!
      .split(separator)
      .at(-1)!
      .replaceAll('\\,', ',')
      .trim();
  return { ...row, text: (field) => (field === 'category' ? narrowest(row.text('category')) : row.text(field)) };
}

export const shopProducts: readonly TableFormat[] = [shopify, woocommerce];
