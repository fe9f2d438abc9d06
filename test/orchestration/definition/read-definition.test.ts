import { describe, expect, test } from 'vitest'
import { readDefinition } from '../../../orchestration/definition/read-definition.ts'
import { definitionText } from './environment.ts'
import { invoice } from './good-definitions.ts'

const small = 'nodes:\n  begin: { type: end }'
const read = (lines: string) => readDefinition(definitionText(lines), 'workflows/invoice.yaml')
const checksumOf = (text: string) => {
  const result = readDefinition(text, 'workflows/invoice.yaml')
  return result.ok ? result.checksum : JSON.stringify(result.problems)
}
const refuses = (text: string, ...expected: readonly [where: string, message: string, mend?: string][]) => {
  const result = readDefinition(text, 'workflows/invoice.yaml')
  expect(result.ok ? [] : result.problems).toMatchObject(
    expected.map(([where, message, mend]) => ({
      where: `workflows/invoice.yaml:${where}`,
      message,
      ...(mend === undefined ? {} : { mend }),
    })),
  )
  expect(result.ok ? [] : result.problems).toHaveLength(expected.length)
}

describe('a definition', () => {
  test('is read with every default', () => {
    const result = read(small)
    expect(result).toMatchObject({ ok: true, definition: { priority: 4, calendar: 'always', compensations: {} } })
  })

  test('is the same as JSON, in another order, and with its defaults written out', () => {
    const checksum = checksumOf(definitionText(small))
    expect(checksum).toMatch(/^[0-9a-f]{64}$/u)
    const json = { nodes: { begin: { outcome: 'success', type: 'end' } }, priority: 4 }
    const header = { start: 'begin', key: 'invoice', owner: 'clerk', title: 'Invoice' }
    expect(checksumOf(JSON.stringify({ ...json, ...header }))).toBe(checksum)
    expect(checksumOf(definitionText(small.replace('end', 'end, outcome: failed')))).not.toBe(checksum)
  })

  test('knows where its values stand', () => {
    const result = read(invoice)
    if (!result.ok) throw new Error('It can be read.')
    const { positions } = result
    const lines = definitionText(invoice).split('\n')
    const lineOf = (...path: (string | number)[]) => lines[(positions.lineOf(path) ?? 0) - 1]?.trim()
    expect(lineOf('nodes', 'pay', 'input', 'input', 'amount')).toBe('amount: = context.invoice.total')
    expect(lineOf('nodes', 'choice', 'choices', 1, 'next')).toContain('next: onePerson')
    expect(lineOf('nodes', 'lines', 'retry', 'max')).toBe('lines:')
    expect(lineOf('compensations', 'reopen')).toBe('reopen:')
  })
})

describe('a file is refused', () => {
  test('with keys that there are not, naming those that there are', () => {
    refuses(
      definitionText('prio: 5\nnodes:\n  begin: { type: end, nex: begin }'),
      [
        '5',
        'There is no key `prio` here.',
        'Use one of `key`, `title`, `description`, `owner`, `input`, `businessKey`, `priority`, `calendar`, `deadline`, `pauseClock`, `merge`, `start`, `nodes`, `compensations`.',
      ],
      ['7', 'There is no key `nex` here.', 'Use one of `type`, `outcome`, `output`.'],
    )
  })

  test('with values that do not fit, each where it stands', () => {
    refuses(
      definitionText(`
nodes:
  begin:
    type: agentTask
    role: 5
    title: Read
    retry: { max: 100 }
    next: Done
  Wrong: { type: end }
  odd: { type: script }
  wait: { type: timer, for: 5 days, next: begin }
  ask: { type: humanTask, title: Ask, candidates: [clerk], next: begin, escalation: [{ to: { rol: x } }] }`),
      ['8', '`nodes.begin.role` is not a text.'],
      ['10', '`nodes.begin.retry.max` is refused (too big: expected number to be <=20).'],
      ['11', '`nodes.begin.next` must be like `checkSupplier`: a letter first, then letters, digits and dashes.'],
      ['12', 'The name `nodes.Wrong` must be like `checkSupplier`: a letter first, then letters, digits and dashes.'],
      ['13', '`nodes.odd.type` is not known.'],
      ['14', '`nodes.wait.for` must be a duration like `PT30M` or `P2D`.'],
      ['15', '`nodes.ask.escalation.0.to.role` is missing.'],
      ['15', 'There is no key `rol` here.'],
    )
  })

  test.each([
    ['a key twice', definitionText(`${small}\ntitle: Again`), '7', 'The file is not YAML: map keys must be unique.'],
    ['an alias', 'key: &key invoice\ntitle: *key', '1', 'The file has an anchor or an alias.'],
    ['a tag', 'key: !!js/function x', '1', 'The file is not YAML: unresolved tag: tag:yaml.org,2002:js/function.'],
    ['two documents', 'key: a\n---\nkey: b', '2', expect.stringContaining('The file is not YAML: ')],
    ['no object', '- key: invoice', '1', 'The definition is not an object.'],
    ['nothing', '', '1', 'The definition is not an object.'],
    ['a broken line', 'key: [a', '1', expect.stringContaining('The file is not YAML: ')],
    [
      'a number that JSON does not know',
      'key: a\npriority: .inf',
      '2',
      'The file has a number that JSON does not know.',
    ],
    ['a key that would be a prototype', 'key: a\n"__proto__": {}', '2', 'The file has a key that is not a plain text.'],
    ['a key that is a list', '? [a]\n: b', '1', 'The file has a key that is not a plain text.'],
    ['too much of it', `# ${'x'.repeat(256 * 1024)}`, '1', 'The definition is larger than 256 KB.'],
    ['too deep', `a: ${'['.repeat(60)}${']'.repeat(60)}`, '1', 'The file is nested deeper than 40 levels.'],
    ['too many values', `a: [${'1,'.repeat(25_000)}]`, '1', 'The file has more than 20000 values.'],
  ])('with %s', (_, text, line, message) => {
    refuses(text, [line, message])
  })

  test('without stopping, however deep it goes', () => {
    const result = readDefinition(`a: ${'['.repeat(100_000)}`, 'deep.yaml')
    expect(result.ok).toBe(false)
  })
})
