import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ExpressionError,
  compileExpression,
  evaluateCondition,
  evaluateExpression,
  evaluateMapping,
} from '../../../orchestration/definition/expressions.ts'

const variables = {
  input: { amount: 1500, half: 2.5, items: [1, 2, 3], due: '2026-03-31T12:00:00Z', supplier: { name: 'Aurum' } },
  context: { invoice: { total: 99.5 } },
  run: { id: 'r1', businessKey: undefined, startedAt: '2026-03-01T08:00:00Z' },
  step: { key: 'r1:pay:1', attempt: 1 },
}

const value = (text: string) => evaluateExpression(text, variables)
const reasonOf = (text: string, given: Record<string, unknown> = variables) => {
  try {
    evaluateExpression(text, given)
  } catch (error) {
    if (error instanceof ExpressionError) return error.reason
    throw error
  }
  throw new Error(`${text} has a value`)
}

describe('values', () => {
  test.each([
    ['= input.amount > 1000', true],
    ['= input.amount == 1500', true],
    ['= input.amount != 1500.0', false],
    ['= 1500 == input.amount && input.amount in [1500]', true],
    ['= input.amount + 1', 1501],
    ['= 2 * input.half', 5],
    ['= input.amount / 1000', 1.5],
    ['= input.amount % 7', 2],
    ['= 7 / 2', 3],
    ['= size(input.items)', 3],
    ['= input.items[size(input.items) - 1]', 3],
    ['= input.items.map(item, item * 2)', [2, 4, 6]],
    ['= input.items.filter(item, item > 1).map(item, {"n": item})', [{ n: 2 }, { n: 3 }]],
    ['= input.items.exists(item, item == 2)', true],
    ['= {"a": [1, "b", null, true, 1.5]}', { a: [1, 'b', null, true, 1.5] }],
    ['= input.supplier', { name: 'Aurum' }],
    ['= has(context.note) ? context.note : "none"', 'none'],
    ['= "invoice" in context', true],
    ['= context["invoice"].total', 99.5],
    ['= step.key + "/" + string(step.attempt)', 'r1:pay:1/1'],
    ['= timestamp(input.due) + duration("36h")', '2026-04-02T00:00:00.000Z'],
    ['= timestamp(input.due) - timestamp(run.startedAt)', '2606400s'],
    ['= timestamp("2026-03-31T12:00:00+02:00").getHours()', 10],
    ['= timestamp(input.due) > timestamp("2026-01-01T00:00:00Z")', true],
    ['= type(input.amount) == double', true],
    ['= uint(5)', 5],
    ['= -0.0', 0],
    ['= run', { id: 'r1', startedAt: '2026-03-01T08:00:00Z' }],
  ])('%s', (text, expected) => {
    expect(value(text)).toEqual(expected)
  })

  test('have no member of their prototype', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      expect(reasonOf(`= input.${name}`)).toBe(`\`input\` has no \`${name}\``)
    }
    expect(reasonOf('= input["__proto__"]')).toBe('`input` has no `__proto__`')
  })
})

test('members with the names of methods are members', () => {
  const input = JSON.parse(
    '{"valueOf": 1, "toString": 2, "toJSON": 3, "seconds": 4, "hasOwnProperty": 5, "__proto__": 6}',
  )
  const given = evaluateExpression('= {"whole": input, "one": input.valueOf}', { input })
  expect(JSON.stringify(given)).toBe(`{"whole":${JSON.stringify(input)},"one":1}`)
})

test('a member `constructor` is a member, and hides no other', () => {
  const input = { constructor: null, deep: [{ constructor: { name: 'Array' }, total: 5 }], plain: { a: 1 } }
  const all = evaluateMapping(
    {
      whole: '= input',
      own: '= input.deep[0].constructor.name',
      total: '= input.deep[0].total + 1',
      has: '= has(input.constructor) && !has(input.other) && "constructor" in input',
      plain: '= input.plain.a',
      names: '= input.deep.map(one, one.total)',
    },
    { input },
  )
  expect(all).toEqual({ whole: input, own: 'Array', total: 6, has: true, plain: 1, names: [5] })
})

describe('what has no value', () => {
  test.each([
    ['= context.invoice.tax', '`context.invoice` has no `tax`'],
    ['= context.order.total', '`context` has no `order`'],
    ['= input["amounts"]', '`input` has no `amounts`'],
    ['= input.items[7]', 'the list is shorter: `input.items[7]`'],
    ['= result.total', 'there is no `result` here, only `input`, `context`, `run`, `step`'],
    ['= input.supplier + 1', 'it cannot work out object + number (`input.supplier + 1`)'],
    ['= input.amount / 0 ', '`Infinity` is no number of JSON'],
    ['= 9007199254740993', '`9007199254740993` is too large for a number of JSON; make it a text with `string(…)`'],
    ['= b"bytes"', 'it has a part that is no JSON, like bytes or the name of a type'],
    ['= type(1)', 'it has a part that is no JSON, like bytes or the name of a type'],
    ['= timestamp("2026-03-31T12:00:00.00")', '`2026-03-31T12:00:00.00` is no timestamp like `2026-03-31T12:00:00Z`'],
    ['= timestamp(input.due).getHours("Europe/Berlin")', '`getHours` takes no time zone; timestamps are in UTC'],
    ['= now()', 'there is no function `now`'],
    ['= google.protobuf', 'there is no `google` here, only `input`, `context`, `run`, `step`'],
    ['= cel.bind(x, 1, x)', 'there is no function `bind`; write the value out where it is used'],
    ['= 1 +', 'unexpected token: EOF'],
    ['1', 'an expression begins with one `=`'],
    [`= ${'1 + '.repeat(600)}1`, 'it is longer than 2000 characters'],
  ])('%s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason)
  })

  test('patterns, which could take without end', () => {
    expect(reasonOf('= "aaaa".matches("(a+)+b")')).toContain('there is no function `matches`')
  })

  test('lists in lists in lists, and results without bound', () => {
    expect(reasonOf('= input.items.map(a, input.items.map(b, input.items.map(c, c)))')).toContain('at most 2 times')
    const long = { input: { text: 'x'.repeat(400_000) } }
    expect(reasonOf('= [input.text, input.text, input.text]', long)).toBe('it has more than 1000000 characters')
    const items = { input: { items: Array.from({ length: 400 }, () => 1) } }
    expect(reasonOf('= input.items.map(a, input.items)', items)).toBe('it has more than 100000 values')
  })

  test('says which expression, in one sentence', () => {
    expect(() => value('= context.tax')).toThrow('The expression `= context.tax` has no value: `context` has no `tax`.')
  })
})

describe('conditions', () => {
  test('are true or false', () => {
    expect(evaluateCondition('= input.amount > 1000', variables)).toBe(true)
    expect(evaluateCondition('= has(context.note)', variables)).toBe(false)
  })

  test('are nothing else', () => {
    expect(() => evaluateCondition('= input.amount', variables)).toThrow(
      'a condition is true or false, and this is `1500`',
    )
    expect(() => evaluateCondition('= null', variables)).toThrow(ExpressionError)
  })
})

describe('mappings', () => {
  test('have expressions at any depth', () => {
    const mapping = {
      id: '= step.key',
      lines: [{ n: '= input.amount' }, 'plain'],
      n: 5,
      formula: '== 1 + 1',
      none: null,
    }
    expect(evaluateMapping(mapping, variables)).toEqual({
      id: 'r1:pay:1',
      lines: [{ n: 1500 }, 'plain'],
      n: 5,
      formula: '= 1 + 1',
      none: null,
    })
  })

  test('without expressions are themselves, also where a text begins with `=`', () => {
    const escape = (json: any): any => {
      if (typeof json === 'string') return json.startsWith('=') ? `=${json}` : json
      if (Array.isArray(json)) return json.map(escape)
      if (typeof json !== 'object' || json === null) return json
      return Object.fromEntries(Object.entries(json).map(([key, member]) => [key, escape(member)]))
    }
    const text = fc.oneof(
      fc.string(),
      fc.string().map((end) => `=${end}`),
    )
    const json = fc.dictionary(
      fc.string(),
      fc.jsonValue({ stringUnit: 'binary' }).chain((one) => fc.oneof(fc.constant(one), text)),
    )
    fc.assert(
      fc.property(json, (mapping: any) => {
        expect(JSON.stringify(evaluateMapping(escape(mapping), {}))).toBe(JSON.stringify(mapping))
      }),
    )
  })

  test('are plain JSON, a copy, the same each time, and change nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input: any) => {
        const before = JSON.stringify(input)
        const mapping = { whole: '= input', list: '= [input, {"again": input}]', fixed: ['= size([1, 2])'] }
        const first = evaluateMapping(mapping, { input })
        const second = evaluateMapping(mapping, { input })
        expect(JSON.stringify(first)).toBe(JSON.stringify(second))
        expect(JSON.stringify(first)).toBe(`{"whole":${before},"list":[${before},{"again":${before}}],"fixed":[2]}`)
        expect(JSON.stringify(input)).toBe(before)
        if (typeof input === 'object' && input !== null) expect(first['whole']).not.toBe(input)
      }),
    )
  })
})

describe('every expression', () => {
  test('compares a number of JSON with a whole number as JavaScript does', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
    fc.assert(
      fc.property(fc.oneof(number, fc.integer()), fc.nat(), (given, literal) => {
        const compare = (operator: string) =>
          evaluateCondition(`= input.n ${operator} ${literal}`, { input: { n: given } })
        expect([compare('>'), compare('=='), compare('<=')]).toEqual([
          given > literal,
          given === literal,
          given <= literal,
        ])
      }),
    )
  })

  test('has a value of JSON, or an ExpressionError', () => {
    const words = [
      'input',
      'context',
      '.',
      'a',
      '[',
      ']',
      '(',
      ')',
      '"',
      '1',
      '1u',
      '1.5',
      '+',
      '-',
      '%',
      '?',
      ':',
      '&&',
    ]
    const more = [
      'has',
      'map',
      'timestamp',
      'duration',
      'b"x"',
      '{',
      '}',
      ',',
      ' in ',
      'size',
      'type',
      'null',
      '!',
      '\\',
    ]
    const text = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.array(fc.constantFrom(...words, ...more), { maxLength: 12 }).map((list) => list.join('')),
    )
    fc.assert(
      fc.property(text, fc.jsonValue(), (source, input: any) => {
        try {
          const given = evaluateExpression(`=${source}`, { input, context: { a: input } })
          expect(JSON.parse(JSON.stringify(given))).toEqual(given)
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('is compiled once, and told what it reads', () => {
    const scope = ['input', 'context']
    const expression = compileExpression('= has(context.a) && context.a.b > input.lines.filter(i, i.x > 0)[0].y', scope)
    expect(compileExpression(expression.text, scope)).toBe(expression)
    expect(expression.reads).toEqual({
      paths: [
        { root: 'context', path: [] },
        { root: 'context', path: ['a', 'b'] },
        { root: 'input', path: ['lines'] },
      ],
      asked: [{ root: 'context', path: ['a'] }],
      plain: null,
    })
    expect(compileExpression('= context.a["b"].c', scope).reads.plain).toEqual({
      root: 'context',
      path: ['a', 'b', 'c'],
    })
  })
})
