/** Lists of TypeScript files: found by their structure whatever their form, and left alone when they cannot be understood. */
import { describe, expect, test } from 'vitest'
import {
  addToLists,
  anEntry,
  anImport,
  aParent,
  asAnotherHas,
  type Addition,
} from '../../../cli/new-subgraph/typescript-lists.ts'

const added = (text: string, ...additions: readonly Addition[]) => addToLists('list.ts', text, additions)

describe('an import', () => {
  const imports =
    "import { z } from 'zod'\nimport { a } from './a.ts'\nimport { c } from './c.ts'\nimport { up } from '../up.ts'\n"

  test.each([
    ["import { b } from './b.ts'", "import { a } from './a.ts'\nimport { b } from './b.ts'\nimport { c }"],
    ["import { d } from './d.ts'", "import { c } from './c.ts'\nimport { d } from './d.ts'\nimport { up }"],
    ["import { _ } from './_.ts'", "import { z } from 'zod'\nimport { _ } from './_.ts'\nimport { a }"],
    ["import { v } from '../v.ts'", "import { up } from '../up.ts'\nimport { v } from '../v.ts'\n"],
  ])('%s stands where it sorts among its like', (statement, expected) => {
    expect(added(imports, anImport(statement))).toContain(expected)
  })

  test.each(["import { a } from './b.ts'", "import * as c from './b.ts'", "import type { own } from './b.ts'"])(
    '%s is refused when its name is taken',
    (statement) => {
      expect(() => added(`${imports}const own = 1\n`, anImport(statement))).toThrow('is taken: list.ts has it already')
    },
  )
})

describe('an entry', () => {
  test.each([
    ['const list = [a, z]', 'const list = [a,\nb, z]'],
    ['const list = [\n  a,\n  // The last.\n  z,\n]', 'const list = [\n  a,\nb,\n  // The last.\n  z,\n]'],
    ['const list = Object.freeze([a, z] as const)', 'const list = Object.freeze([a,\nb, z] as const)'],
    ['const list = [z]', 'const list = [b,z]'],
    ['const list = [a]', 'const list = [a,\nb]'],
    ['const list = []', 'const list = [b,]'],
    ['function f() { const list = [a, z] }', 'function f() { const list = [a,\nb, z] }'],
  ])('%s', (before, after) => {
    expect(added(before, anEntry('list', 'b', /^z$/))).toBe(after)
  })

  test('of an object inside an object', () => {
    const text = 'const top = { inner: { a: 1, z: 2 } } as const satisfies Top'
    expect(added(text, anEntry('top.inner', "'b-c': 3", /^z\b/))).toContain("{ a: 1,\n'b-c': 3, z: 2 }")
  })

  test('that is there already is refused', () => {
    expect(() => added("const list = { 'a-b': 1 }", anEntry('list', "'a-b': 2"))).toThrow('`a-b` is taken')
    expect(() => added('const list = { a }', anEntry('list', 'a: 2'))).toThrow('`a` is taken')
    expect(() => added('const list = [a]', anEntry('list', 'a'))).toThrow('`a` is taken')
  })

  test.each(['const other = []', 'const list = make()', 'const list = { ...others }.list', 'let list'])(
    'without such a list in `%s` is refused',
    (text) => {
      expect(() => added(text, anEntry('list', 'b'))).toThrow('list.ts has no list `list`')
    },
  )

  test('in a file that does not parse is refused', () => {
    expect(() => added('const list = [a', anEntry('list', 'b'))).toThrow('list.ts cannot be read as TypeScript')
  })

  test('two at one place keep their order', () => {
    expect(added('const list = [a]', anEntry('list', 'b'), anEntry('list', 'c'))).toBe('const list = [a,\nb,\nc]')
  })
})

describe('a parent', () => {
  test.each([
    ['interface T extends B, D {}', 'interface T extends B, C, D {}'],
    ['interface T extends A {}', 'interface T extends A, C {}'],
    ['interface T extends D {}', 'interface T extends C, D {}'],
  ])('%s', (before, after) => {
    expect(added(before, aParent('T', 'C'))).toBe(after)
  })

  test.each(['interface T {}', 'interface U extends A {}'])('of `%s` is refused', (text) => {
    expect(() => added(text, aParent('T', 'C'))).toThrow('has no interface `T` that extends others')
  })
})

describe('what another system has', () => {
  const rename = (text: string) =>
    text.includes('special') ? null : text.replaceAll('crm', 'fleet').replaceAll('Crm', 'Fleet')
  const like = asAnotherHas(/\b(?:createCrm|crmTables)\b/, rename, /createLast/)
  const imports = "import { createCrm } from './crm/crm.ts'\nimport { crmTables } from './crm/tables.ts'\n"

  test('is had in a list of calls', () => {
    const text = `${imports}function all() {\n  return [createCrm(sdl('crm'), source('crm', crmTables), deps), createLast(deps)]\n}\n`
    const after = added(text, like)
    expect(after).toContain("import { createFleet } from './fleet/fleet.ts'\n")
    expect(after).toContain("import { fleetTables } from './fleet/tables.ts'\n")
    expect(after).toContain("deps),\ncreateFleet(sdl('fleet'), source('fleet', fleetTables), deps), createLast(deps)]")
  })

  test('is had in a table of makers, and in another of tables', () => {
    const text = `${imports}const tables = { crm: crmTables }
const makers = { crm: ({ sdl, deps }) => createCrm(sdl, source(crmTables), deps), last: () => createLast() }\n`
    const after = added(text, like)
    expect(after).toContain('{ crm: crmTables,\nfleet: fleetTables }')
    expect(after).toContain('fleet: ({ sdl, deps }) => createFleet(sdl, source(fleetTables), deps), last: () =>')
  })

  test('is had in a table whose entries have parts', () => {
    const text = `${imports}const systems = { crm: { entities: crmTables, create: createCrm }, last: { create: createOther } }\n`
    expect(added(text, like)).toContain(
      'last: { create: createOther },\nfleet: { entities: fleetTables, create: createFleet } }',
    )
  })

  test('is refused where there is none, or where it is special', () => {
    expect(() => added('const nothing = []', like)).toThrow('list.ts has no list that it could be added to')
    const text = `${imports}const list = [createCrm('special')]\n`
    expect(() => added(text, like)).toThrow("what cannot be said of another system: `createCrm('special')`")
  })
})
