/**
 * An act that waited for people is carried out by the gateway, and sent again it is refused with the approval in which its result
 * stands. For whoever sent it that is its answer: work that begins anew goes on where it was held up.
 */
import type { MandateClient } from './mandate-client.ts'
import { MandateError } from './mandate-error.ts'
import { waitForApproval } from './wait-for-approval.ts'

/** What the act has given. @throws the same error where it was not carried out, and the error of an act that failed */
export async function resultOfApproved(client: MandateClient, error: unknown): Promise<unknown> {
  if (!(error instanceof MandateError) || error.code !== 'APPROVAL_REQUIRED') throw error
  if (error.approval?.status !== 'CONSUMED') throw error
  const settled = await waitForApproval(client, error.approval.id)
  switch (settled.status) {
    case 'SUCCEEDED':
      // A result that was too large is not kept: the records have to be read.
      if (settled.data === null) throw error
      return settled.data
    case 'FAILED':
      throw settled.error
    case 'UNKNOWN':
      throw new MandateError({
        code: 'OUTCOME_UNKNOWN',
        message: 'The act was approved, and whether it was done cannot be told.',
        next: 'Read the records that it changes; it is never tried again.',
        requestId: settled.requestId,
        approval: error.approval,
      })
    case 'REJECTED':
    case 'EXPIRED':
    case 'CANCELLED':
    case 'LAPSED':
    case 'SUPERSEDED':
    case 'PENDING':
      throw error
  }
}
