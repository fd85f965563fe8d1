import type { CodegenConfig } from '@graphql-codegen/cli';
import { codegenConfig } from '@plaza/client/codegen';

export default {
  schema: process.env['PLAZA_SCHEMA'] ?? '../../schema/schema.graphql',
  documents: 'src/**/*.{ts,tsx}',
  ignoreNoDocuments: true,
  silent: true,
  generates: { 'src/gql/': { preset: 'client', presetConfig: { fragmentMasking: false }, config: codegenConfig } },
} satisfies CodegenConfig;
