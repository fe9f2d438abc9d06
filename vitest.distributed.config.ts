import { defineConfig } from 'vitest/config'
import { aboutOneProcess, withoutGateway } from './test/support/distributed-exempt.ts'

export default defineConfig({
  test: {
    // The end-to-end suite as it is, against a system in many processes, and the tests of that system itself.
    include: ['test/e2e/**/*.test.ts'],
    exclude: [...withoutGateway, ...Object.keys(aboutOneProcess)].map((file) => `test/e2e/${file}`),
    env: { MANDATE_E2E: 'distributed' },
    setupFiles: ['test/support/skip-exempt.ts'],
    pool: 'forks',
    fileParallelism: false,
    experimental: { viteModuleRunner: false },
    testTimeout: 180_000,
    hookTimeout: 240_000,
  },
})
