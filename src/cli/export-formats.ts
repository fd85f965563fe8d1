/** What the export command can write, known before what writes it is loaded. */
export const exportFormats = ['amazon-reviews', 'csv', 'google-product-reviews', 'behaviour', 'behaviour-parquet'] as const;
export type ExportFormat = (typeof exportFormats)[number];
