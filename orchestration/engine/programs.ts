/** Definitions as they are kept, by key and version; what is published never changes, so it is read once. */
import { LRUCache } from 'lru-cache'
import { type WorkflowDefinition, definitionSchema } from '../definition/model.ts'
import type { Program } from '../interpreter/turn.ts'
import type { BusinessCalendar } from '../sla/calendar.ts'
import type { Tx } from '../../storage/queue/durable-queue.ts'

export interface Programs {
  /** @throws Error when there is no such version, or its calendar is not known here. */
  get(tx: Tx, key: string, version: number): Promise<Program>
}

/** Opens the reader. */
export function createPrograms(calendars: ReadonlyMap<string, BusinessCalendar>): Programs {
  const known = new LRUCache<string, Program>({ max: 500 })
  return {
    async get(tx, key, version) {
      const name = `${key} ${version}`
      const found = known.get(name)
      if (found) return found
      const row = await tx
        .selectFrom('mandate.workflow_definitions')
        .select('definition')
        .where('key', '=', key)
        .where('version', '=', version)
        .executeTakeFirst()
      if (!row) throw new Error(`There is no version ${version} of the workflow ${key}.`)
      const program = programOf(definitionSchema.parse(row.definition), calendars)
      known.set(name, program)
      return program
    },
  }
}

/** The definition with its calendar. */
export function programOf(definition: WorkflowDefinition, calendars: ReadonlyMap<string, BusinessCalendar>): Program {
  const calendar = calendars.get(definition.calendar)
  if (!calendar)
    throw new Error(`The calendar ${definition.calendar} of the workflow ${definition.key} is not known here.`)
  return { definition, calendar }
}
