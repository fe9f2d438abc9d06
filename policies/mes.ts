/** Permissions on the shop floor: equipment and its downtimes, job orders, material lots, quality results. */
import type { Rules } from './rules.ts'
import {
  all,
  any,
  argumentAbsent,
  argumentAtLeast,
  argumentAtMost,
  argumentOneOf,
  askPerson,
  callerIs,
  callerMay,
  not,
  recordWhere,
} from './vocabulary.ts'

const read = callerMay('mes:read')
const workOnJobs = callerMay('mes:job:write')
const workOnQuality = callerMay('mes:quality:write')
const workOnDowntimes = callerMay('mes:downtime:write')

/** Agents plan what is usual; what fills a line for days, or pushes everything else aside, the plant manager decides. */
const usualOrder = any(
  callerIs('person'),
  all(argumentAtMost('input.quantity', 1_000), argumentAtLeast('input.priority', 2)),
  askPerson('plant-manager', 'an agent orders more than 1 000, or with priority 1'),
)
const staysUsual = any(
  callerIs('person'),
  all(
    any(argumentAbsent('input.quantity'), argumentAtMost('input.quantity', 1_000)),
    any(argumentAbsent('input.priority'), argumentAtLeast('input.priority', 2)),
  ),
  askPerson('plant-manager', 'an agent raises an order to more than 1 000, or to priority 1'),
)

/** Agents carry orders out; throwing away what was begun, or leaving a step out, people decide. */
const abortsByPerson = any(
  callerIs('person'),
  not(argumentOneOf('input.state', ['ABORTED'])),
  askPerson('plant-manager', 'an agent aborts a job order'),
)
const skipsByPerson = any(
  callerIs('person'),
  not(argumentOneOf('input.state', ['SKIPPED'])),
  askPerson('plant-manager', 'an agent leaves an operation out'),
)

/** Anybody who sees a doubt may hold a lot; only people say that it may be used after all. */
const holdsOnly = any(
  callerIs('person'),
  all(
    argumentOneOf('input.status', ['QUARANTINE', 'BLOCKED']),
    recordWhere('lots that are not blocked', ['status'], (lot) => lot.status !== 'BLOCKED', {
      of: 'MaterialLot',
      id: 'input.id',
    }),
  ),
)

/** Somebody may have a hand in equipment that is in maintenance: only people say that it is theirs no more. */
const leavesMaintenanceAlone = any(
  callerIs('person'),
  recordWhere('equipment that is not in maintenance', ['state'], (equipment) => equipment.state !== 'MAINTENANCE', {
    of: 'Equipment',
    id: 'input.id',
  }),
)
const endsNoMaintenance = any(
  callerIs('person'),
  recordWhere('downtimes other than maintenance', ['reason'], (downtime) => downtime.reason !== 'PLANNED_MAINTENANCE', {
    of: 'Downtime',
    id: 'input.id',
  }),
)

export const mes: Rules<'mes'> = {
  Query: { '*': read },
  Mutation: {
    createJobOrder: all(workOnJobs, usualOrder),
    changeJobOrder: all(workOnJobs, staysUsual),
    transitionJobOrder: all(workOnJobs, abortsByPerson),
    transitionOperation: all(workOnJobs, skipsByPerson),
    reportJobResponse: workOnJobs,
    consumeMaterial: workOnJobs,
    produceLot: workOnJobs,
    recordQualityResult: workOnQuality,
    setLotStatus: all(workOnQuality, holdsOnly),
    recordDowntime: workOnDowntimes,
    endDowntime: all(workOnDowntimes, endsNoMaintenance),
    linkDowntimeIncident: workOnDowntimes,
    setEquipmentState: all(workOnDowntimes, leavesMaintenanceAlone),
  },

  Equipment: { '*': read },
  JobOrder: { '*': read },
  Operation: { '*': read },
  JobResponse: { '*': read },
  MaterialLot: { '*': read },
  MaterialActual: { '*': read },
  QualityResult: { '*': read },
  Downtime: { '*': read },

  EquipmentConnection: { '*': read },
  EquipmentEdge: { '*': read },
  JobOrderConnection: { '*': read },
  JobOrderEdge: { '*': read },
  MaterialLotConnection: { '*': read },
  MaterialLotEdge: { '*': read },
  QualityResultConnection: { '*': read },
  QualityResultEdge: { '*': read },
  DowntimeConnection: { '*': read },
  DowntimeEdge: { '*': read },

  JobOrderPayload: { '*': read },
  OperationPayload: { '*': read },
  JobResponsePayload: { '*': read },
  MaterialPayload: { '*': read },
  QualityResultPayload: { '*': read },
  MaterialLotPayload: { '*': read },
  DowntimePayload: { '*': read },
  EquipmentPayload: { '*': read },

  // What other systems keep, and this one adds to.
  Product: { jobOrders: read, lots: read },
  SalesOrder: { jobOrders: read },
  GoodsReceipt: { lots: read },
  Supplier: { lots: read },
  Incident: { downtimes: read },
  ConfigurationItem: { equipment: read },
}
