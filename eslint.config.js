import eslint from '@eslint/js';
import graphql from '@graphql-eslint/eslint-plugin';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';
import { schemaConventions } from './schema/conventions.js';

export default tseslint.config(
  // AssemblyScript has types that TypeScript does not know; its own compiler checks it.
  { ignores: ['**/dist/', 'web/*/src/gql/', 'web/*/public/', 'docs/.vitepress/config.ts', 'coverage/', '.data/', 'assembly/*.ts'] },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.js', '**/*.cjs'],
    extends: [eslint.configs.recommended, ...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', '*.cjs', 'schema/*.js', 'web/*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { regexp },
    rules: {
      // No pattern takes more time for text than the text is long.
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      // graphql-js names node kinds by an enum of strings, and everyone compares them with the strings.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      'no-restricted-properties': [
        'error',
        { object: 'AbortSignal', property: 'any', message: 'Node forgets its parts when memory is collected: end what waits by a timer.' },
        { property: 'onabort', message: 'Node loses its place where the signal has other listeners: addEventListener.' },
      ],
      'max-lines': ['error', { max: 550, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['test/**'], rules: { 'max-lines': 'off' } },
  {
    // A wait of some length is too short on a busy machine and too long on an idle one, except where time is the matter:
    // load, faults that last, slow lines, and clients that come back later.
    files: ['test/**/*.ts'],
    ignores: [
      'test/load/**',
      'test/chaos/**',
      'test/upgrade/**',
      'test/support/chaos/**',
      'test/support/door.ts',
      'test/support/live-reader.ts',
    ],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.name=/^(setTimeout|sleep|delay)$/], CallExpression[callee.property.name=/^(setTimeout|waitForTimeout)$/]',
          message: 'Wait for a signal: an event, plaza.admits, expect.poll, or until(…) of test/support/until.ts.',
        },
        {
          selector: 'ImportDeclaration[source.value=/timers.promises$/] > ImportSpecifier[imported.name="setTimeout"]',
          message: 'Wait for a signal: an event, plaza.admits, expect.poll, or until(…) of test/support/until.ts.',
        },
        {
          selector: 'CallExpression[callee.property.name="only"]',
          message: 'The others would not run.',
        },
      ],
    },
  },
  {
    // Documents are written through one typed door, and only by the feature that owns them.
    files: ['src/**/*.ts'],
    ignores: ['src/store/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Its time is lost when memory is collected, and its answer has no bound: exchange() of src/outbound.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.object.property.name="collection"][callee.property.name=/^(insert|update|replace|delete|bulkWrite|findOneAnd)/]',
          message: 'Write through insert(), insertMissing(), insertNew() or the model, which check documents against their schema.',
        },
        {
          selector: 'CallExpression[callee.object.name="mongoose"][callee.property.name=/^(model|connect|set|startSession)$/]',
          message: 'Models, connections and sessions belong to a Database.',
        },
      ],
    },
  },
  {
    files: ['src/modules/*/index.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'ExportNamedDeclaration[exportKind="value"][source.value=/[.](model|resolver)[.]js$/] ExportSpecifier[exportKind="value"]',
          message: 'A feature exports its module function, verbs, pure functions and types: never a model or a resolver.',
        },
      ],
    },
  },
  {
    // BSON's own type of a document is a record of any; in tests, an answer has whatever shape its query asks for.
    files: ['src/store/embedded/**', 'test/**'],
    rules: {
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { module: 'writable', process: 'readonly', Buffer: 'readonly', console: 'readonly' } },
  },
  {
    files: ['schema/schema.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: 'schema/schema.graphql', documents: 'schema/examples/*.graphql' } },
    },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      '@graphql-eslint/require-description': [
        'error',
        { types: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true, DirectiveDefinition: true },
      ],
      ...schemaConventions,
      // Lists that cannot grow are plain, and what a list holds need not be an object of its own.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      // Objects that are a part of another one have no id of their own.
      '@graphql-eslint/strict-id-in-types': 'off',
    },
  },
  {
    files: ['schema/examples/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: 'schema/schema.graphql', documents: 'schema/examples/*.graphql' } },
    },
    rules: {
      ...graphql.configs['flat/operations-recommended'].rules,
      '@graphql-eslint/selection-set-depth': ['error', { maxDepth: 12 }],
      // Examples show what a page needs; ids are for clients that keep a cache.
      '@graphql-eslint/require-selections': 'off',
    },
  },
);
