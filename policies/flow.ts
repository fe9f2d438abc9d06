/**
 * What reading does to an agent: which text from outside makes which acts wait for a person, which values may be written where,
 * and what is left out, with the reason (`docs/flow.md`).
 */
import type { Coordinates } from '../schema/generated/coordinates.ts'
import { type FlowPolicy, defaultFlow } from './engine/flow-policy.ts'

/** Every coordinate of the contracts, so that a misspelt one does not compile. */
type KnownCoordinate = {
  [Contract in keyof Coordinates]: {
    [Type in keyof Coordinates[Contract] & string]: `${Type}.${Coordinates[Contract][Type] & string}`
  }[keyof Coordinates[Contract] & string]
}[keyof Coordinates]

interface Exemption {
  readonly coordinate: KnownCoordinate
  readonly reason: string
}

const because = (reason: string, coordinates: readonly KnownCoordinate[]): readonly Exemption[] =>
  coordinates.map((coordinate) => ({ coordinate, reason }))

export const flow: FlowPolicy = {
  ...defaultFlow,
  exempt: {
    mutations: because('It adds a line to a record of ours; nothing moves by it, and values are followed into it.', [
      'Mutation.addCaseComment',
      'Mutation.addWorkNote',
      'Mutation.createActivity',
      'Mutation.completeActivity',
    ]),
    reads: [
      ...because(
        'A name stands in every mail and note about what the person asked; addresses and numbers are followed.',
        [
          'Contact.name',
          'Contact.firstName',
          'Contact.lastName',
          'User.displayName',
          'UserName.formatted',
          'UserName.givenName',
          'UserName.familyName',
        ],
      ),
      ...because('It names an account of ours, by which work is handed to somebody.', [
        'User.principal',
        'CaseComment.authorId',
        'Absence.requestedBy',
        'Absence.decidedBy',
        'JobResponse.reportedBy',
        'QualityResult.measuredBy',
        'Downtime.reportedBy',
        'SupplierBankDetails.changedBy',
        'Pay.changedBy',
      ]),
      ...because('It is the name of a company, which everybody here may know.', [
        'SupplierBankDetails.accountHolder',
        'PaymentBeneficiary.accountHolder',
      ]),
      ...because('It is one of a few words, such as `mobile`.', ['UserEmail.type', 'UserPhoneNumber.type']),
    ],
  },
}
