/** Which part of the house may use which: imports point down only. */
const below = (name, from, notTo, comment) => ({ name, comment, severity: 'error', from: { path: from }, to: { path: notTo } });

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    below('pure-core', '^src/(recommender|scoring)/', '^src/(?!recommender|scoring)', 'The algorithms know nothing of the rest.'),
    below('scoring-alone', '^src/scoring/', '^src/recommender/', 'Scores do not depend on the recommender.'),
    below('search-alone', '^src/search/', '^src/(?!search)', 'How words are compared depends on nothing of the rest.'),
    below('recommender-alone', '^src/recommender/', '^src/scoring/', 'The recommender does not depend on scores.'),
    below(
      'store-at-the-bottom',
      '^src/store/',
      '^src/(?!store|relay|errors|messages|log|threads|operator-error)',
      'The store knows nothing of what it stores.',
    ),
    below(
      'embedded-alone',
      '^src/store/embedded/',
      '^src/(?!store/embedded|threads|operator-error)',
      'The embedded server is a part of its own.',
    ),
    below(
      'only-the-connection-knows',
      '^src/(?!store/(embedded|connection))',
      '^src/store/embedded/',
      'Nobody else knows which server is behind the store.',
    ),
    below(
      'realtime',
      '^src/realtime/',
      '^src/(?!realtime|store|workers|relay|errors|log)',
      'The event log knows nothing of modules or GraphQL.',
    ),
    below('observability', '^src/observability/', '^src/(?!observability|log)', 'What is measured knows nothing of who measures.'),
    below('relay', '^src/relay/', '^src/(?!relay|input|errors|messages|log)', 'The conventions of the API know no store.'),
    below('messages', '^src/messages/', '^src/(?!messages)', 'Messages know nothing of who says them.'),
    below('input', '^src/input/', '^src/(?!input|errors|messages)', 'The rules for input know nothing of where it comes from.'),
    below(
      'migrations',
      '^src/migrations/',
      '^src/(?!migrations|store|search|data-keys|log|operator-error)',
      'Migrations know the store and no module: models change after them.',
    ),
    below('mail', '^src/mail/', '^src/(?!mail|store|workers|data-keys|log)', 'Mail knows nothing of what it is about.'),
    below('images', '^src/images/', '^src/(?!images|errors|messages)', 'Images know nothing of what shows them.'),
    below('workers', '^src/workers/', '^src/(?!workers|store|log)', 'Background work knows nothing of modules.'),
    below(
      'modules',
      '^src/modules/',
      '^src/(?!modules|realtime|workers|store|search|recommender|scoring|relay|mail|images|data-keys|errors|messages|input|log|threads|operator-error)',
      'Modules know nothing of HTTP.',
    ),
    below('graphql', '^src/graphql/', '^src/(http|app|main|cli|demo|import|modules)', 'Execution knows no module.'),
    below('http', '^src/http/', '^src/(app|main|cli|demo|import|images|modules|store)', 'HTTP knows GraphQL, and nothing behind it.'),
    {
      name: 'modules-by-their-index',
      comment: 'A module uses another through its index only.',
      severity: 'error',
      from: { path: '^src/modules/([^/]+)/' },
      to: { path: '^src/modules/[^/]+/', pathNot: ['^src/modules/$1/', '^src/modules/[^/]+/index[.]ts$'] },
    },
    {
      name: 'outside-by-the-index',
      comment: 'The rest of the house uses modules through their index only.',
      severity: 'error',
      from: { path: '^src/(?!modules)' },
      to: { path: '^src/modules/[^/]+/', pathNot: '^src/modules/[^/]+/index[.]ts$' },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: ['^src/(main|cli/)', '\\.d\\.ts$'] }, to: {} },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
