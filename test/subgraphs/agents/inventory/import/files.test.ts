/** Files of pilots as they come: whatever is wrong is told with line, column and mend, and nothing hostile gets further. */
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { mostRows, type RawFile } from '../../../../../subgraphs/agents/inventory/import/problems.ts'
import { readCsv } from '../../../../../subgraphs/agents/inventory/import/read-csv.ts'
import { readJson } from '../../../../../subgraphs/agents/inventory/import/read-json.ts'
import { readRows } from '../../../../../subgraphs/agents/inventory/import/read-rows.ts'
import { writeCsv } from '../../../../../subgraphs/agents/inventory/import/write-csv.ts'
import { readFacts } from '../../../../../subgraphs/agents/inventory/pilot-inputs.ts'

const headings = 'name,department,businessOwner,purpose,systems,monthlyCost'
const good = (name: string) => `${name},Sales,person:maria.keller,Does ${name}.,Salesforce; SAP,12.50`

/** Everything that is wrong, as one line each. */
function problemsOf(file: RawFile): string[] {
  const problems = file.ok ? readRows(file.rows).problems : file.problems
  return problems.map(({ line, column, problem, mend }) => {
    expect(mend.length).toBeGreaterThan(0)
    return `${line}${column ? `:${column.number} ${column.name}` : ''} ${problem}`
  })
}
const csv = (text: string) => problemsOf(readCsv(text))
const json = (text: string) => problemsOf(readJson(text))
const namesIn = (file: RawFile) => (file.ok ? readRows(file.rows).good.map(({ facts }) => facts.name) : null)

describe('CSV that is read', () => {
  test.each([
    ['with a byte order mark', `\ufeff${headings}\n${good('A')}\n${good('B')}\n`],
    ['with lines that end in every way', `${headings}\r\n${good('A')}\n${good('B')}\r`],
    [
      'with semicolons between cells',
      `${headings}\n${good('A')}\n${good('B')}`.replaceAll('; ', '|').replaceAll(',', ';'),
    ],
    ['with tabs between cells', `${headings}\n${good('A')}\n${good('B')}`.replaceAll(',', '\t')],
    ['with empty lines', `\n\n${headings}\n\n${good('A')}\n,,,,,\n${good('B')}\n\n`],
    [
      'with headings as people write them',
      `Name,Department,Business owner,PURPOSE,systems,monthly_cost\n${good('A')}\n${good('B')}`,
    ],
  ])('%s', (_, text) => {
    expect(csv(text)).toEqual([])
    expect(namesIn(readCsv(text))).toEqual(['A', 'B'])
  })

  test('a cell may have line breaks, separators and quotes; the next row keeps its line', () => {
    const text = `${headings}\n"A ""one"", two","Sa\r\nles",person:maria.keller,x,,\nB,,person:x,,,\n`
    expect(csv(text)).toEqual(['4:2 department `department` is empty.', '4:4 purpose `purpose` is empty.'])
    expect(namesIn(readCsv(text))).toEqual(['A "one", two'])
  })
})

describe('CSV that is not', () => {
  test.each([
    ['nothing', '', '1 The file has no line of headings.'],
    ['no rows of ours', 'a,b\n1,2', '1:1 a There is no field `a`.'],
    [
      'a quote that is never closed',
      `${headings}\n${good('A')}\nB,"Sales\n${good('C')}`,
      '3:2 2 A quote that this row opens is never closed.',
    ],
    ['a quote within a cell', `${headings}\nA "x",b`, '2:1 1 A cell has a quote in it and is not in quotes itself.'],
    ['text behind a quote', `${headings}\n"A"x,b`, '2:1 1 There is text behind the closing quote of a cell.'],
    [
      'a heading twice',
      `${headings},Monthly Cost\n`,
      '1:7 Monthly Cost The column `monthlyCost` stands twice, as column 6 too.',
    ],
    ['a heading that is missing', 'name,department,purpose\nA,B,C', '1 The column `businessOwner` is missing.'],
    ['a heading without a name', `${headings},\n`, '1:7  The column has no heading.'],
    ['a heading for a prototype', `${headings},__proto__\n`, '1:7 __proto__ There is no field `__proto__`.'],
    ['a row that never ends', `${headings}\nA,"${'x'.repeat(200_000)}`, '2 The row has more than 100000 bytes.'],
    ['another encoding', Buffer.from(`${headings}\n`, 'utf16le').toString('latin1'), '1 The file is not UTF-8 text.'],
    ['too many columns', Array.from({ length: 101 }, () => 'name').join(','), '1 There are 101 columns.'],
  ])('%s', (_, text, problem) => {
    expect(csv(text)[0]).toBe(problem)
    expect(readCsv(text).ok).toBe(false)
  })

  test('too many rows', () => {
    const text = [headings, ...Array.from({ length: mostRows + 1 }, (_, n) => good(`P${n}`))].join('\n')
    expect(csv(text)).toEqual([`${mostRows + 2} The file has more than ${mostRows} rows.`])
  })
})

describe('rows that are not', () => {
  test.each([
    ['too few cells', 'A,Sales', '2 The row has 2 cells, and there are 6 headings.'],
    ['too many cells', `${good('A')},x`, '2 The row has 7 cells, and there are 6 headings.'],
    ['an owner by name', 'A,Sales,Maria Keller,x,,', '2:3 businessOwner `businessOwner` is `Maria Keller`.'],
    ['an agent as owner', 'A,Sales,agent:a,x,,', '2:3 businessOwner `businessOwner` is `agent:a`.'],
    [
      'an amount with a currency',
      'A,Sales,person:a,x,,12 EUR',
      '2:6 monthlyCost `monthlyCost` is `12 EUR`, not an amount.',
    ],
    ['an amount below zero', 'A,Sales,person:a,x,,-5', '2:6 monthlyCost `monthlyCost` is `-5`, not an amount.'],
    ['NUL', 'A\u0000,Sales,person:a,x,,', '2:1 name `name` has the invisible character U+0000.'],
    ['text turned round', 'A\u202egnp,Sales,person:a,x,,', '2:1 name `name` has the invisible character U+202E.'],
    [
      'characters that got lost',
      'Gr\ufffdn,Sales,person:a,x,,',
      '2:1 name `name` has characters that could not be read.',
    ],
    ['half a character', 'A\ud800,Sales,person:a,x,,', '2:1 name `name` has characters that could not be read.'],
    ['a huge cell', `${'x'.repeat(5_000)},Sales,person:a,x,,`, '2:1 name `name` has 5000 characters.'],
    [
      'a list with too much in it',
      `A,Sales,person:a,x,${Array.from({ length: 60 }, (_, n) => `s${n}`).join(';')},`,
      '2:5 systems `systems` has 60 items.',
    ],
  ])('%s', (_, row, problem) => {
    expect(csv(`${headings}\n${row}\n${good('Z')}`)).toContain(problem)
    expect(namesIn(readCsv(`${headings}\n${row}\n${good('Z')}`))).toEqual(['Z'])
  })

  test('two rows about one pilot', () => {
    expect(csv(`${headings}\n${good('A')}\n${good('B')}\n${good(' a ')}`)).toEqual([
      '4 It is the pilot of line 2: name and department are the same.',
    ])
  })

  test('everything that is wrong is told at once, in the order of the file', () => {
    expect(csv(`${headings}\n,Sales,x,,,1,5\n${good('B')}\nC,,person:a,x,,`)).toEqual([
      '2 The row has 7 cells, and there are 6 headings.',
      '2:1 name `name` is empty.',
      '2:3 businessOwner `businessOwner` is `x`.',
      '2:4 purpose `purpose` is empty.',
      '4:2 department `department` is empty.',
    ])
  })
})

describe('JSON', () => {
  const pilot = {
    name: 'A',
    department: 'Sales',
    businessOwner: 'person:a',
    purpose: 'x',
    systems: ['SAP'],
    monthlyCost: 5,
  }

  test('is read', () => {
    const file = readJson(JSON.stringify([pilot, { ...pilot, name: 'B', monthly_volume: 3 }], null, 2))
    expect(file.ok && readRows(file.rows).problems).toEqual([])
    expect(namesIn(file)).toEqual(['A', 'B'])
  })

  test.each([
    ['nothing', '', '1:1 character Here must be a value, not the end.'],
    ['an object', '{"name": "A"}', '1 The file is not a list.'],
    ['a comma too many', '[\n  {"name": "A",}\n]', '2:16 character Here must be a text in double quotes, not `}`.'],
    ['text behind the end', '[] []', '1:4 character There is text behind the end.'],
    ['a single quote', "[{'name': 1}]", "1:3 character Here must be a text in double quotes, not `'`."],
    ['a text that is never closed', '[{"name": "A}]', '1:11 character Here must be a value, not `"`.'],
    ['deep nesting', '['.repeat(100_000), '1:8 character The values are nested too deeply.'],
    ['NaN', '[NaN]', '1:2 character Here must be a value, not `N`.'],
  ])('that is not: %s', (_, text, problem) => {
    const [first] = json(text)
    expect(first).toBe(problem.replace('a value, not `"`', 'a text in double quotes, not `"`'))
    expect(readJson(text).ok).toBe(false)
  })

  test.each([
    ['no object', '["A"]', '1:2 character This is not an object.'],
    ['an unknown member', JSON.stringify([{ ...pilot, stage: 'SCALE' }]), 'There is no field `stage`.'],
    ['a prototype', '[{"__proto__": {"x": 1}, "constructor": 1}]', '1:3 __proto__ There is no field `__proto__`.'],
    ['a member twice', '[{"name": "A", "name": "B"}]', '1:16 name `name` stands twice.'],
    ['an object in a list', JSON.stringify([{ ...pilot, systems: [{}] }]), '`systems` is not a list of texts.'],
    ['an object for a text', JSON.stringify([{ ...pilot, name: { a: 1 } }]), '`name` is neither text nor a number.'],
    ['a member that is missing', '[{"name": "A"}]', '1 `department` is missing.'],
  ])('rows that are not: %s', (_, text, problem) => {
    expect(
      json(text).some((line) => line.endsWith(problem)),
      json(text).join('\n'),
    ).toBe(true)
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

/** What the readers take for something, and what no text should have. */
const hostile = fc.constantFrom(...Array.from('",;\n\r\t\\[]{}:=\'-_1a é\u0000\u202e\ufeff😀'), '\ud800')

describe('CSV that is written', () => {
  const facts = (name: string, more: object = {}) =>
    readFacts({ name, department: 'Sales', businessOwner: 'person:a', purpose: 'x', ...more })

  test('nothing in it runs in a spreadsheet', () => {
    for (const name of ["=cmd|' /C calc'!A0", '+1', '-1', '@SUM(A1)']) {
      const [, line = ''] = writeCsv([facts(name)]).split('\r\n')
      expect(line.replace(/^"/, '')[0], name).toBe("'")
      expect(namesIn(readCsv(writeCsv([facts(name)])))).toEqual([name])
    }
  })

  test('is read back as it was', () => {
    const word = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((text) => {
      const read = readCsv(`name,department,businessOwner,purpose\n"${text.replaceAll('"', '""')}",d,person:a,x`)
      return (
        !/[;\n\r]/.test(text.normalize('NFKC')) &&
        !/^'[=+\-@]/.test(text.trim()) &&
        read.ok &&
        readRows(read.rows).problems.length === 0
      )
    })
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 4 }), (name, systems) => {
        const before = facts(name, { systems, monthlyCost: '7.50', monthlyVolume: 3, riskTier: 'HIGH' })
        const file = readCsv(writeCsv([before]))
        if (!file.ok) throw new Error(JSON.stringify(file.problems))
        const { good: rows, problems } = readRows(file.rows)
        expect(problems).toEqual([])
        expect(rows[0]?.facts).toEqual(before)
      }),
    )
  })

  test('no text breaks the readers', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: hostile }), (text) => {
        for (const file of [readCsv(text), readCsv(`${headings}\n${text}`), readJson(text), readJson(`[${text}]`)]) {
          if (file.ok) readRows(file.rows)
        }
      }),
    )
  })
})
