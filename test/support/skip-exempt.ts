/** Set up before each file of the distributed run: leaves out what `distributed-exempt.ts` lists, and says why. */
import path from 'node:path'
import { type TestContext, beforeEach } from 'vitest'
import { exemptionOf } from './distributed-exempt.ts'

beforeEach(({ task, skip }: TestContext) => {
  const names = [task.name]
  for (let suite = task.suite; suite?.name; suite = suite.suite) names.unshift(suite.name)
  const exemption = exemptionOf(path.basename(task.file.filepath), names.join(' > '))
  if (exemption) skip(exemption.reason)
})
