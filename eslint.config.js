// Types, style and the direction of imports. `npm run check` runs it; warnings fail.
import graphqlPlugin from '@graphql-eslint/eslint-plugin'
import importX from 'eslint-plugin-import-x'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import tseslint from 'typescript-eslint'

/** Who may import whom: each folder only from those before it (docs/architecture.md). */
const layers = ['lib', 'schema', 'storage', 'policies', 'orchestration', 'subgraphs', 'gateway', 'processes', 'cli']
const zones = layers.map((target, index) => ({
  target: `./${target}`,
  from: layers.slice(index + 1).map((from) => `./${from}`),
  message: `${target}/ must not import from the folders above it.`,
}))
const zoneList = zones.filter((zone) => zone.from.length > 0)

export default tseslint.config(
  { ignores: ['node_modules/', 'schema/generated/', '.mandate/', 'coverage/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.json' })] },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-default-export': 'error',
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            ...zoneList,
            {
              target: './gateway/!(federation)/**',
              from: './subgraphs',
              message: 'The gateway reaches subgraphs from federation/ only.',
            },
            { target: './!(test)/**', from: './test', message: 'Only tests import tests.' },
          ],
        },
      ],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'graphql-shield', message: 'Import it in policies/engine/shield.ts only.' }] },
      ],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/consistent-indexed-object-style': 'off',
    },
  },
  {
    files: ['policies/engine/shield.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['vitest.config.ts', 'vitest.*.config.ts'],
    rules: { 'import-x/no-default-export': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Answers are JSON of any shape; what a test expects of them is the check.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['schema/*.graphql'],
    ignores: ['schema/supergraph.graphql', 'schema/api.graphql'],
    plugins: { '@graphql-eslint': graphqlPlugin },
    languageOptions: {
      parser: graphqlPlugin.parser,
      parserOptions: { graphQLConfig: { schema: 'schema/mandate.graphql' } },
    },
    rules: {
      '@graphql-eslint/require-description': [
        'error',
        { types: true, FieldDefinition: true, InputValueDefinition: true, DirectiveDefinition: true },
      ],
      '@graphql-eslint/naming-convention': [
        'error',
        { types: 'PascalCase', FieldDefinition: 'camelCase', InputValueDefinition: 'camelCase', Argument: 'camelCase' },
      ],
    },
  },
)
