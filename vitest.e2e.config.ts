import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Real processes: one file after the other, so that they do not compete for the machine.
    include: ['test/e2e/**/*.test.ts'],
    exclude: ['test/e2e/distributed/**'],
    pool: 'forks',
    fileParallelism: false,
    experimental: { viteModuleRunner: false },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
