import { defineConfig } from 'vitest/config'

/** What is measured here has a limit in seconds: nothing else runs beside it. */
const measured = ['test/e2e/embedded-database.test.ts', 'test/e2e/ledger-scale.test.ts']

export default defineConfig({
  test: {
    pool: 'forks',
    experimental: { viteModuleRunner: false },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          // Real processes: two files at a time, since a test waits for them more than it works.
          name: 'processes',
          include: ['test/e2e/**/*.test.ts'],
          exclude: ['test/e2e/distributed/**', ...measured],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'measured', include: measured, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
