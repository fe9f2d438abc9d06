/** The life cycle of a product and the steps in it: what is phased out may come back, what is discontinued does not. */
import type { ProductStatus } from '../../storage/tables/erp.ts'

/** From each status, the statuses that one step reaches. */
export const productSteps = {
  ACTIVE: ['PHASING_OUT', 'DISCONTINUED'],
  PHASING_OUT: ['ACTIVE', 'DISCONTINUED'],
  DISCONTINUED: [],
} as const satisfies Record<ProductStatus, readonly ProductStatus[]>
