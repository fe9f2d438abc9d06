/** Which field a column means: names are taken in any case, with spaces, dashes or underscores in them. */
import { fieldNames, type FieldName } from '../pilot-fields.ts'

const byName: ReadonlyMap<string, FieldName> = new Map(fieldNames.map((name) => [plain(name), name]))

/** The field that a column of this name holds; null when there is none. */
export function fieldOf(column: string): FieldName | null {
  return byName.get(plain(column)) ?? null
}

/** The sentence that helps with a name that is no field. */
export const knownColumns = `Name it as one of ${fieldNames.join(', ')}, or take it out.`

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, '')
}
