import type { CodegenConfig } from '@graphql-codegen/cli';

export default {
  schema: '../../schema/schema.graphql',
  documents: 'src/**/*.{ts,tsx}',
  errorsOnly: true,
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        scalars: { DateTime: 'string', JSONObject: 'Record<string, unknown>', SafeInt: 'number', URL: 'string' },
        strictScalars: true,
        enumsAsTypes: true,
        useTypeImports: true,
        avoidOptionals: { field: true, inputValue: false, object: false, defaultValue: false },
      },
    },
  },
} satisfies CodegenConfig;
