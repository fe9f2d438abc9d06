/** The inventory's resolvers, for the subgraph `agents`: who may ask what is decided by `policies/agents.ts`. */
import { explainFailure } from '../../sources/postgres-errors.ts'
import { confirmDuplicate, detectDuplicates, dismissDuplicate, resolveDuplicate } from './findings.ts'
import { importPilots } from './import/resolve-import.ts'
import { inventoryQueries, inventoryTypes } from './queries.ts'
import { registerPilot, updatePilot } from './register.ts'
import { decidePilot, mergePilot, promotePilot, retirePilot, startPilotReview } from './review.ts'
import type { InventoryResolver } from './services.ts'

const mutations = {
  registerPilot,
  updatePilot,
  startPilotReview,
  decidePilot,
  mergePilot,
  retirePilot,
  promotePilot,
  importPilots,
  detectDuplicates,
  confirmDuplicate,
  dismissDuplicate,
  resolveDuplicate,
}

/** Resolvers of the inventory by type and field. */
export const inventory = {
  queries: explained(inventoryQueries),
  mutations: explained(mutations),
  types: inventoryTypes,
}

/** What the database finds wrong with an argument is the caller's to mend, not a failure of this system. */
function explained<Map extends Readonly<Record<string, unknown>>>(resolvers: Map): Map {
  const wrapped = Object.entries(resolvers).map(([name, resolve]) => {
    const asked = resolve as InventoryResolver<object>
    const explain: InventoryResolver<object> = async (...given) => {
      try {
        return await asked(...given)
      } catch (error) {
        throw explainFailure(error)
      }
    }
    return [name, explain]
  })
  return Object.fromEntries(wrapped) as Map
}
