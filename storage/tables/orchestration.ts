/** The tables of workflows, runs and tasks as Kysely types; `storage/migrations/0018-orchestration.ts` makes them. */
import type { ColumnType } from 'kysely'
import type { Json, JsonObject } from '../../lib/json.ts'

/** Written once, never changed. */
type Once<T> = ColumnType<T, T, never>
/** JSON goes in as text. */
type OnceJson<T> = ColumnType<T, string, never>
type JsonColumn<T> = ColumnType<T, string, string>

interface WorkflowDefinitionTable {
  readonly key: Once<string>
  readonly version: Once<number>
  readonly checksum: Once<string>
  readonly status: 'DRAFT' | 'PUBLISHED' | 'DEPRECATED' | 'ARCHIVED'
  readonly definition: OnceJson<JsonObject>
  readonly made_by: Once<string>
  readonly made_at: Once<Date>
  readonly published_by: string | null
  readonly published_at: Date | null
}

interface RunTable {
  readonly id: Once<string>
  readonly workflow: Once<string>
  readonly workflow_version: number
  readonly business_key: Once<string | null>
  readonly status: string
  readonly outcome: string | null
  readonly priority: number
  readonly started_by: Once<string>
  readonly parent_run: Once<string | null>
  readonly parent_step: Once<string | null>
  readonly parent_generation: Once<number | null>
  readonly forked_from: Once<string | null>
  readonly forked_seq: Once<number | null>
  readonly has_incident: boolean
  /** The state as the interpreter has it. */
  readonly state: JsonColumn<JsonObject>
  /** The number of its last event. */
  readonly seq: number
  /** The number of its last notice. */
  readonly notices: number
  readonly created_at: Once<Date>
  readonly changed_at: Date
  readonly ended_at: Date | null
}

interface RunEventTable {
  readonly run_id: Once<string>
  readonly seq: Once<number>
  readonly at: Once<Date>
  readonly kind: Once<string>
  readonly event: OnceJson<JsonObject>
}

interface RunNoticeTable {
  readonly run_id: Once<string>
  readonly n: Once<number>
  readonly seq: Once<number>
  readonly at: Once<Date>
  readonly name: Once<string>
  readonly step: Once<string | null>
  readonly data: OnceJson<JsonObject>
}

interface TaskTable {
  readonly run_id: Once<string>
  readonly step: Once<string>
  readonly workflow: Once<string>
  readonly node: Once<string>
  readonly kind: Once<string>
  readonly title: string
  readonly state: string
  readonly candidates: readonly string[]
  readonly target: string | null
  readonly excluded: readonly string[]
  readonly holder: string | null
  readonly attempt: number
  readonly level: number
  readonly generation: number
  readonly priority: number
  readonly input: JsonColumn<JsonObject>
  readonly question: JsonColumn<JsonObject | null> | null
  readonly approval: string | null
  readonly incident: JsonColumn<JsonObject | null> | null
  readonly entered_at: Once<Date>
  readonly ready_at: Date | null
  readonly due_at: Date | null
  readonly ended_at: Date | null
}

interface TaskAttemptTable {
  readonly run_id: Once<string>
  readonly step: Once<string>
  readonly n: Once<number>
  readonly by: Once<string>
  /** SHA-256 of the token that the holder shows; null for the engine. */
  readonly token_hash: Buffer | null
  readonly leased_at: Once<Date>
  readonly lease_seconds: Once<number | null>
  /** Null where a person has it: people are not silent too long. */
  readonly lease_until: Date | null
  readonly started_at: Date | null
  readonly heartbeat_at: Date | null
  readonly ended_at: Date | null
  readonly outcome: string | null
  readonly error: JsonColumn<JsonObject | null> | null
  readonly usage: JsonColumn<JsonObject | null> | null
  readonly confidence: number | null
}

interface RunContextTable {
  readonly run_id: Once<string>
  readonly revision: Once<number>
  readonly path: Once<string>
  readonly value: OnceJson<Json>
  readonly written_by: Once<string>
  readonly step: Once<string | null>
  readonly at: Once<Date>
}

export interface OrchestrationTables {
  'mandate.workflow_definitions': WorkflowDefinitionTable
  'mandate.runs': RunTable
  'mandate.run_events': RunEventTable
  'mandate.run_notices': RunNoticeTable
  'mandate.tasks': TaskTable
  'mandate.task_attempts': TaskAttemptTable
  'mandate.run_context': RunContextTable
}
