/** References into other systems: their form is all that this system can check. And who wants something, for whom. */
import type { Caller } from '../../lib/caller.ts'
import { formed } from '../inputs.ts'

export const productId = formed(/^prd-\d{4,}$/, 'the id of a product, like `prd-0001`')
export const plantId = formed(/^plant-\d{4}$/, 'the id of a plant, like `plant-1010`')
export const shipmentId = formed(/^SHP-\d{4}-\d{5,}$/, 'the id of a shipment, like `SHP-2026-00001`')
export const lotId = formed(/^lot-\d{5,}$/, 'the id of a lot, like `lot-00001`')
export const unitCode = formed(/^[A-Z0-9]{2,3}$/, 'a unit like `C62` (UN/ECE Recommendation 20)')

/** Whose act it is, and who does it for them: null when they do so themselves. */
export function makersOf({ id, onBehalfOf }: Caller): { readonly maker: string; readonly preparedBy: string | null } {
  return { maker: onBehalfOf ?? id, preparedBy: onBehalfOf === null ? null : id }
}
