/** The workflows that come with the code: `workflows/*.yaml`, and their business calendars in `workflows/calendars/`. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { type BusinessCalendar, always, parseCalendar } from '../sla/calendar.ts'

/** A file with a definition, as text. */
export interface WorkflowFile {
  /** `workflows/purchase-requisition.yaml` */
  readonly name: string
  readonly text: string
}

/** The calendars of a folder, by key; `always` is among them. @throws CalendarError */
export function readCalendars(folder: string): ReadonlyMap<string, BusinessCalendar> {
  const read = yamlFiles(path.join(folder, 'calendars')).map((file) => parseCalendar(parse(readFileSync(file, 'utf8'))))
  return new Map([always, ...read].map((calendar) => [calendar.key, calendar]))
}

/** The definitions of a folder, in the order of their names; a workflow that starts another comes behind it. */
export function readWorkflowFiles(folder: string): readonly WorkflowFile[] {
  return yamlFiles(folder).map((file) => ({
    name: path.posix.join(path.basename(folder), path.basename(file)),
    text: readFileSync(file, 'utf8'),
  }))
}

function yamlFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => path.join(folder, name))
}
