import { defineConfig } from 'vitepress';

const item = (text: string, link: string) => ({ text, link: `/${link}` });

export default defineConfig({
  title: 'Plaza',
  description: 'A GraphQL social commerce API: reviews, comments, live updates, search and recommendations.',
  base: '/docs/',
  outDir: '../web/docs/dist',
  cacheDir: '../node_modules/.cache/vitepress',
  // Without one, browsers ask the server’s root for it.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  // Pages about the code lead to files of the repository, which are no pages.
  ignoreDeadLinks: [/\.\.\//, /^\.\/(SECURITY|CONTRIBUTING|CHANGELOG)/, /localhost|127\.0\.0\.1/],
  // Nothing of a page is HTML but what Markdown makes of it.
  markdown: { html: false },
  metaChunk: true,
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      item('Tutorial', 'tutorial'),
      item('Guides', 'guides/sign-in'),
      item('Reference', 'reference/queries'),
      item('Cookbook', 'cookbook'),
    ],
    outline: [2, 3],
    sidebar: [
      { text: 'Start', items: [item('Overview', ''), item('Tutorial', 'tutorial'), item('Cookbook', 'cookbook')] },
      {
        text: 'Guides',
        items: [
          item('Sign-in and refresh', 'guides/sign-in'),
          item('Paging', 'guides/paging'),
          item('Clients and caching', 'clients'),
          item('Errors in forms', 'guides/form-errors'),
          item('Live updates and resuming', 'guides/live-updates'),
          item('Notifications', 'guides/notifications'),
          item('Uploads', 'guides/uploads'),
          item('Catalogue and search', 'catalogue'),
          item('Tracking and recommendations', 'guides/recommendations'),
          item('Moderation', 'guides/moderation'),
          item('Console', 'guides/console'),
          item('Community', 'community'),
          item('Import', 'import'),
          item('Deploying', 'guides/deploying'),
          item('Operations', 'operations'),
          item('Data science', 'data-science'),
        ],
      },
      {
        text: 'Beside your shop',
        items: [
          item('How it works', 'integrate/README'),
          item('Shopify', 'integrate/shopify'),
          item('WooCommerce', 'integrate/woocommerce'),
          item('Vendure', 'integrate/vendure'),
          item('Saleor', 'integrate/saleor'),
          item('Medusa', 'integrate/medusa'),
          item('Any other system', 'integrate/generic'),
          item('External IDs', 'integrate/external-ids'),
          item('API keys', 'integrate/api-keys'),
          item('Bulk writes', 'integrate/bulk'),
          item('Customers', 'integrate/customers'),
          item('Federation', 'integrate/federation'),
          item('Webhooks', 'webhooks'),
          item('Invitations', 'invitations'),
          item('Widgets', 'widgets'),
        ],
      },
      {
        text: 'API reference',
        items: ['Queries', 'Mutations', 'Subscriptions', 'Objects', 'Inputs', 'Enums', 'Scalars'].map((title) =>
          item(title, `reference/${title.toLowerCase()}`),
        ),
      },
      {
        text: 'Reference',
        items: [
          item('API conventions', 'api-conventions'),
          item('Errors', 'errors'),
          item('Permissions', 'access'),
          item('Configuration', 'configuration'),
          item('Logging', 'logging'),
          item('Upgrade notes', 'upgrading'),
          item('Privacy', 'privacy'),
          item('Security', 'security'),
          item('Threat model', 'threat-model'),
          item('Benchmarks', 'benchmarks'),
        ],
      },
      {
        text: 'Inside',
        items: [
          item('Architecture', 'architecture'),
          item('Realtime', 'realtime'),
          item('Recommender', 'recommender'),
          item('How-to', 'how-to/README'),
          item('Decisions', 'decisions/README'),
        ],
      },
    ],
  },
});
