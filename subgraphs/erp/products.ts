/** Products: where one is in stock, and how it moves along its life cycle. */
import { requireStep, requireVersion } from '../acts.ts'
import {
  byStorageLocation,
  type ErpMutation,
  type ErpResolver,
  type ExistingRecord,
  type InnerListArgs,
  type ProductRecord,
} from './model.ts'
import { productSteps } from './product-states.ts'

type Status = ProductRecord['status']

export const productFields = {
  stock: (({ id }, { first }, { records }) =>
    records.list('StockLevel', 'productId', id, {
      first,
      sort: [{ field: 'plantId', direction: 'ASC' }, byStorageLocation],
    })) satisfies ErpResolver<ProductRecord, InnerListArgs>,
}

export const updateProductStatus: ErpMutation<ExistingRecord & { readonly status: Status }> = async (
  _,
  args,
  { records },
  info,
) => {
  const { id, expectedVersion, status } = args.input
  const found = await records.load('Product', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Product', args.input)
    requireStep<Status>(productSteps, current.status, status, { entity: 'Product', id })
    return { product: await apply('Product', { kind: 'update', id, expectedVersion, values: { status } }) }
  })
}
