/** The functions that an expression may call: the standard's, less what differs between machines or could run without end. */

/** By name, with how many arguments they take; the value before the dot is not counted. */
const functions: Readonly<Record<string, readonly number[]>> = {
  all: [2],
  bool: [1],
  contains: [1],
  double: [1],
  duration: [1],
  dyn: [1],
  endsWith: [1],
  exists: [2],
  exists_one: [2],
  filter: [2],
  getDate: [0],
  getDayOfMonth: [0],
  getDayOfWeek: [0],
  getFullYear: [0],
  getHours: [0],
  getMilliseconds: [0],
  getMinutes: [0],
  getMonth: [0],
  getSeconds: [0],
  has: [1],
  indexOf: [1, 2],
  int: [1],
  join: [0, 1],
  lastIndexOf: [1, 2],
  lowerAscii: [0],
  map: [2, 3],
  size: [0, 1],
  split: [1, 2],
  startsWith: [1],
  string: [1],
  substring: [1, 2],
  timestamp: [1],
  trim: [0],
  type: [1],
  uint: [1],
  upperAscii: [0],
}

/** What to write in place of what is left out. */
const instead: Readonly<Record<string, string>> = {
  // Its patterns backtrack here, which takes without end for some texts; and they are not those of the standard.
  matches: 'use `startsWith`, `contains` and `endsWith`, or a `pattern` in the JSON Schema',
  // Reckoned in the time zone of the machine.
  getDayOfYear: 'use `getMonth` and `getDate`',
  bind: 'write the value out where it is used',
}

/** Those that go through a list and name its items. */
export const comprehensions: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map'])

/** What is wrong with a call, as the rest of a sentence; null when nothing is. */
export function callProblem(name: string, given: number): string | null {
  const counts = Object.hasOwn(functions, name) ? functions[name] : undefined
  if (counts === undefined) {
    const hint = Object.hasOwn(instead, name) ? instead[name] : undefined
    return `there is no function \`${name}\`${hint === undefined ? '' : `; ${hint}`}`
  }
  if (counts.includes(given)) return null
  if (name.startsWith('get')) return `\`${name}\` takes no time zone; timestamps are in UTC`
  return `\`${name}\` takes ${counts.join(' or ')} in its brackets, not ${given}`
}
