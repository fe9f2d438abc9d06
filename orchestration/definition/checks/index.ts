/** Every check of a definition, in the order in which a reader would ask. */
import type { DefinitionCheck } from '../check-subject.ts'
import { branchesStayInside } from './branches-stay-inside.ts'
import { calendarExists } from './calendar-exists.ts'
import { compensationsFit } from './compensations-fit.ts'
import { contextIsWritten } from './context-is-written.ts'
import { contextPathsAreClear } from './context-paths-are-clear.ts'
import { cyclesAreBounded } from './cycles-are-bounded.ts'
import { expressionsHold } from './expressions-hold.ts'
import { forksHaveJoins } from './forks-have-joins.ts'
import { joinsCanBeMet } from './joins-can-be-met.ts'
import { listsFit } from './lists-fit.ts'
import { mutationsAreNamed } from './mutations-are-named.ts'
import { nodesAreReached } from './nodes-are-reached.ts'
import { nodesExist } from './nodes-exist.ts'
import { operationsAreValid } from './operations-are-valid.ts'
import { operationsGetTheirVariables } from './operations-get-their-variables.ts'
import { pathsExist } from './paths-exist.ts'
import { quorumsCanBeMet } from './quorums-can-be-met.ts'
import { rolesAreHeld } from './roles-are-held.ts'
import { rolesExist } from './roles-exist.ts'
import { rolesFit } from './roles-fit.ts'
import { rolesMayRunOperations } from './roles-may-run-operations.ts'
import { schemasCompile } from './schemas-compile.ts'
import { subprocessesEnd } from './subprocesses-end.ts'
import { subprocessesExist } from './subprocesses-exist.ts'
import { subprocessesGetTheirInput } from './subprocesses-get-their-input.ts'
import { timersSayWhen } from './timers-say-when.ts'
import { waysEnd } from './ways-end.ts'

export const definitionChecks: readonly DefinitionCheck[] = Object.freeze([
  nodesExist,
  nodesAreReached,
  waysEnd,
  cyclesAreBounded,
  forksHaveJoins,
  joinsCanBeMet,
  branchesStayInside,
  timersSayWhen,
  listsFit,
  quorumsCanBeMet,
  compensationsFit,
  calendarExists,
  schemasCompile,
  expressionsHold,
  contextPathsAreClear,
  contextIsWritten,
  pathsExist,
  rolesExist,
  rolesFit,
  rolesAreHeld,
  operationsAreValid,
  operationsGetTheirVariables,
  mutationsAreNamed,
  rolesMayRunOperations,
  subprocessesExist,
  subprocessesEnd,
  subprocessesGetTheirInput,
])
