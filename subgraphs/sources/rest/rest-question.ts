/** Conditions and orders as query parameters of a REST interface. What the mapping names no parameter for cannot be asked. */
import type { Condition, DriverQuery } from '../driver.ts'
import type { NativeProperty, Value } from '../mapping/mapped-entity.ts'
import { asText } from '../mapping/values.ts'
import type { RestEntityOptions } from './rest-options.ts'

/** The parameters of a condition; null when no record can match. @throws for a condition that `capabilities` rules out. */
export function filterParameters(list: RestEntityOptions['list'], condition: Condition): URLSearchParams | null {
  const parameters = new URLSearchParams()
  const add = (each: Condition): boolean => {
    if ('all' in each) return each.all.every(add)
    if ('any' in each) {
      const [only] = each.any
      if (each.any.length === 1 && only) return add(only)
      if (each.any.length === 0) return false
      throw new Error('A REST interface is never asked for alternatives.')
    }
    const { property } = each
    if (each.is === 'in') {
      // A comma inside a value would make two of it.
      const values = each.values.map(asText).filter((value) => !value.includes(','))
      if (values.length > 0) set(parameters, parameterOf(list, property, 'in'), values.join(','))
      return values.length > 0
    }
    if (!('value' in each)) {
      set(parameters, parameterOf(list, property, 'null'), String(each.is === 'null'))
    } else set(parameters, parameterOf(list, property, each.is), asText(each.value))
    return true
  }
  return add(condition) ? parameters : null
}

/** The parameter of one sort. */
export function sortParameter(list: RestEntityOptions['list'], orderBy: DriverQuery['orderBy']): string | null {
  const { sort } = list
  if (!sort || orderBy.length === 0) return null
  return orderBy
    .map(({ property, direction }) =>
      (direction === 'ASC' ? sort.ascending : sort.descending).replace('{field}', () => property.path.join('.')),
    )
    .join(',')
}

/** A path with the key of a record in its place. */
export function keyedPath(path: string, key: readonly Value[]): string {
  let at = 0
  return path.replace(/\{[^{}]+\}/g, () => {
    const part = encodeURIComponent(asText(key[at++] ?? null))
    // A key of dots would climb out of the collection.
    return part === '.' || part === '..' ? part.replaceAll('.', '%252E') : part
  })
}

function parameterOf({ filters }: RestEntityOptions['list'], { path }: NativeProperty, operator: string): string {
  const known = filters[path.join('.')] as Readonly<Record<string, string>> | undefined
  const parameter = known?.[operator]
  if (parameter === undefined) throw new Error(`The interface has no parameter for ${operator} of ${path.join('.')}.`)
  return parameter
}

/** Two conditions on one parameter cannot both be said. */
function set(parameters: URLSearchParams, name: string, value: string): void {
  if (parameters.has(name) && parameters.get(name) !== value) {
    throw new Error(`Two conditions need the parameter ${name} at once.`)
  }
  parameters.set(name, value)
}
