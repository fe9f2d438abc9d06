/** Words of a text as the comparison takes them: without case and marks, common English words left out, endings taken off. */

const common = new Set(
  `a about after all also an and any are as at be been before being between both but by can could do does each every for from
  get gives had has have how if in into is it its just make makes more most no not of off on once only or other our out over own
  per same so some such than that the their them then there these they this those through to too under until up use used uses
  using very via was we were what when where which while who whose why will with within without would you your agent agents ai
  assistant bot copilot help helps pilot`.split(/\s+/),
)

/** The parts of a name or a text, lower case, without marks: `updateSupplierBankDetails` has four. */
export function partsOf(text: string): string[] {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
}

/** The words that carry meaning, with their endings off. */
export function termsOf(text: string): string[] {
  return partsOf(text)
    .filter((part) => part.length > 1 && !common.has(part))
    .map(stem)
}

/** Takes the common endings of English off, so that `invoices` and `invoicing` meet `invoice`. */
export function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word
  const singular = word
    .replace(/ies$/, 'y')
    .replace(/(ss|sh|ch|x|z)es$/, '$1')
    .replace(/([^su])s$/, '$1')
  return singular
    .replace(/(ation|ations)$/, 'at')
    .replace(/(.{3,})(?:ing|ed)$/, '$1')
    .replace(/(.{3,})e$/, '$1')
    .replace(/([bdfglmnprt])\1$/, '$1')
}
