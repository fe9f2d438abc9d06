/** Finds the item that a change names by its number, in a requisition or in an order. */
import { invalid } from '../inputs.ts'

interface Numbered {
  readonly itemNumber: number
}

/**
 * The record's item that the change at `index` names.
 * @throws `INVALID_INPUT` when there is none, or when an earlier change names it too.
 */
export function requireItem<Item extends Numbered>(
  items: readonly Item[],
  changes: readonly Numbered[],
  index: number,
  at: string,
): Item {
  const number = changes[index]?.itemNumber
  const item = items.find(({ itemNumber }) => itemNumber === number)
  if (item === undefined) throw invalid(`${at}.itemNumber`, `names no item; there are ${listOf(items)}`)
  if (changes.findIndex(({ itemNumber }) => itemNumber === number) !== index) {
    throw invalid(`${at}.itemNumber`, 'names an item that was named before')
  }
  return item
}

function listOf(items: readonly Numbered[]): string {
  return items.map(({ itemNumber }) => `\`${itemNumber}\``).join(', ')
}
