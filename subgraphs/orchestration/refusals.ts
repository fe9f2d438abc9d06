/** What the engine refuses, in the words of the catalogue. */
import { refusal } from '../../lib/errors.ts'
import type { Delivered } from '../../orchestration/engine/deliver.ts'

type Applied = Extract<Delivered, { outcome: 'applied' }>

/** What an event was about, for the refusal of one that is not there. */
export type Subject = { readonly run: string } | { readonly task: string }

/** What the event has made of the run. @throws what the engine refused, and what came too late */
export function requireApplied(delivered: Delivered, subject: Subject): Applied {
  switch (delivered.outcome) {
    case 'applied':
      return delivered
    case 'ignored':
      throw refusal('RUN_NOT_OPEN', delivered.reason, subject)
    case 'refused':
      throw refused(delivered, subject)
  }
}

function refused({ code, reason }: Extract<Delivered, { outcome: 'refused' }>, subject: Subject) {
  switch (code) {
    case 'LEASE_LOST':
    case 'NOT_ELIGIBLE':
    case 'RUN_NOT_OPEN':
    case 'TASK_NOT_OPEN':
    case 'TASK_TAKEN':
      return refusal(code, reason, subject)
    case 'RUN_UNKNOWN':
    case 'TASK_UNKNOWN':
      return refusal('NOT_FOUND', reason, subject)
    case 'NOT_POSSIBLE':
      return refusal('INVALID_INPUT', reason, {
        ...subject,
        next: 'Nothing was changed; do as the message says, with a new idempotency key where there is one.',
      })
  }
}
