import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**'],
    pool: 'forks',
    // The modules are the same for every file and nothing happens when they are imported: a worker keeps them.
    isolate: false,
    // More than there are processors: many tests wait, for a time limit or for another process.
    maxWorkers: availableParallelism() + 2,
    // Tests run the sources as the server does: Node strips the types, nothing is bundled.
    experimental: { viteModuleRunner: false },
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
