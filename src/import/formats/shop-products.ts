/** The product exports of Shopify and WooCommerce. */
import type { Entry } from '../record.js';
import type { Field, Row, TableFormat } from './format.js';
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

/** Variations follow their product, and add nothing that the shop keeps. Headers are in the shop's language: English, German, Spanish or Dutch. */
const woocommerce: TableFormat = {
  ...base,
  name: 'woocommerce',
  columns: {
    product: ['SKU', 'Artikelnummer', 'ID'],
    productTitle: ['Name', 'Nombre', 'Naam'],
    description: [
      'Description',
      'Short description',
      'Beschreibung',
      'Kurzbeschreibung',
      'Descripción',
      'Descripción corta',
      'Beschrijving',
      'Korte beschrijving',
    ],
    inStock: ['In stock?', 'Vorrätig?', '¿Existencias?', 'Op voorraad?'],
    category: ['Categories', 'Kategorien', 'Categorías', 'Categorieën'],
    price: ['Regular price', 'Regulärer Preis', 'Precio normal', 'Reguliere prijs'],
    salePrice: ['Sale price', 'Angebotspreis', 'Precio rebajado', 'Actieprijs'],
    stock: ['Stock', 'Lager', 'Bestand', 'Inventario', 'Voorraad'],
    backorder: [
      'Backorders allowed?',
      'Lieferrückstände erlaubt?',
      'Lieferrückstande erlaubt?',
      '¿Permitir reservas de productos agotados?',
    ],
    currency: ['Currency'],
    sku: ['SKU', 'Artikelnummer'],
    gtin: ['GTIN, UPC, EAN, or ISBN', 'GTIN, UPC, EAN oder ISBN', 'GTIN, UPC, EAN o ISBN', 'GTIN'],
    brand: ['Brands', 'Brand', 'Marken', 'Marcas'],
    productImage: ['Images', 'Bilder', 'Imágenes', 'Afbeeldingen'],
    rowType: ['Type', 'Typ', 'Tipo'],
    status: ['Published', 'Veröffentlicht', 'Publicado', 'Gepubliceerd'],
  },
  required: [['product'], ['productTitle'], ['price']],
  read(row, style): Entry {
    const isVariation = /variation/i.test(row.text('rowType'));
    if (isVariation) return {};
    const plain = unescaped(row);
    return { product: { ...productIn(categorised(plain, '>'), style), ...soldIn(plain) } };
  },
};

/** WooCommerce writes line breaks of descriptions as `\n`, and an apostrophe before what a spreadsheet would take for a formula. */
function unescaped(row: Row): Row {
  const text = (field: Field): string => {
    const value = row.text(field).replace(/^'(?=[=+\-@\t\r])/, '');
    return field === 'description' ? value.replace(/(\\?)\\n/g, (_, escaped: string) => (escaped ? '\\n' : '\n')) : value;
  };
  return { ...row, text };
}

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
