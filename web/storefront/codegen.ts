import { existsSync } from 'node:fs';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { codegenConfig } from '@plaza/client/codegen';

/** In Plaza's own repository; a copy of this folder elsewhere asks the API that it is developed with. */
const beside = '../../schema/schema.graphql';
const api = `${process.env['PLAZA_URL'] ?? 'http://localhost:4000'}/graphql`;

export default {
  schema: process.env['PLAZA_SCHEMA'] ?? (existsSync(beside) ? beside : api),
  documents: 'src/**/*.{ts,tsx}',
  ignoreNoDocuments: true,
  errorsOnly: true,
  generates: { 'src/gql/': { preset: 'client', presetConfig: { fragmentMasking: false }, config: codegenConfig } },
} satisfies CodegenConfig;
