/** Plants: who manages one, and what it holds. */
import { person } from '../stubs.ts'
import { oneOf, type ErpResolver, type InnerListArgs, type PlantRecord } from './model.ts'

type PlantResolver<Args = unknown> = ErpResolver<PlantRecord, Args>

interface StockListArgs extends InnerListArgs {
  readonly supplySituations?: readonly string[] | null
}

export const plantFields = {
  manager: (({ managerId }) => person(managerId)) satisfies PlantResolver,
  stock: (({ id }, { first, supplySituations }, { records }) =>
    records.list('StockLevel', 'plantId', id, {
      first,
      sort: [
        { field: 'productId', direction: 'ASC' },
        { field: 'storageLocation', direction: 'ASC' },
      ],
      filter: oneOf('supplySituation', supplySituations),
    })) satisfies PlantResolver<StockListArgs>,
}
