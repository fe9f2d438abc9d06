/** What has to happen outside because of an event: the engine does it in the transaction that stores the state. */
import type { TimerKind } from './events.ts'
import type { Json, JsonObject } from '../../lib/json.ts'

export type Effect =
  /** The step waits to be claimed by one of its candidates. */
  | { readonly kind: 'offer'; readonly step: string; readonly generation: number; readonly after: Date | null }
  /** The engine runs the operation of the step under an agent of its role. */
  | { readonly kind: 'invoke'; readonly step: string; readonly generation: number; readonly after: Date | null }
  | {
      readonly kind: 'startRun'
      readonly step: string
      readonly generation: number
      readonly workflow: string
      readonly input: JsonObject
    }
  /** The run that the step has started is cancelled. */
  | { readonly kind: 'cancelRun'; readonly step: string }
  /** What fires late, or for a generation that is past, changes nothing. */
  | {
      readonly kind: 'setTimer'
      readonly step: string
      readonly timer: TimerKind
      readonly generation: number
      readonly at: Date
    }
  /** A new revision of one path of the context; `value` is what stands there afterwards. */
  | {
      readonly kind: 'writeContext'
      readonly path: string
      readonly value: Json
      readonly step: string | null
      readonly by: string
    }
  | {
      readonly kind: 'escalate'
      readonly step: string
      readonly level: number
      readonly trigger: EscalationTrigger
      readonly reason: string
      readonly to: string
    }
  | {
      readonly kind: 'handOff'
      readonly step: string
      readonly from: string
      readonly to: string
      readonly note: string
    }
  /** Told to whoever follows the run. */
  | { readonly kind: 'emit'; readonly name: string; readonly step: string | null; readonly data: JsonObject }

export type EscalationTrigger =
  'retries_exhausted' | 'deadline_breached' | 'business_failure' | 'policy_denied' | 'agent_request' | 'nobody_eligible'
