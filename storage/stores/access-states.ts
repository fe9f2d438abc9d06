/** What may become of a request, a grant and an item of a campaign: the one table of each. */
import type { GrantStatus, ItemStatus, RequestStatus } from '../tables/access.ts'

/** An approved request lives on as its grant. */
export const requestSteps: Readonly<Record<RequestStatus, readonly RequestStatus[]>> = {
  REQUESTED: ['APPROVED', 'REFUSED', 'WITHDRAWN'],
  APPROVED: [],
  REFUSED: [],
  WITHDRAWN: [],
}

export const grantSteps: Readonly<Record<GrantStatus, readonly GrantStatus[]>> = {
  ACTIVE: ['EXPIRED', 'REVOKED'],
  EXPIRED: [],
  REVOKED: [],
}

export const itemSteps: Readonly<Record<ItemStatus, readonly ItemStatus[]>> = {
  PENDING: ['KEPT', 'REDUCED', 'REVOKED'],
  KEPT: [],
  REDUCED: [],
  REVOKED: [],
}
