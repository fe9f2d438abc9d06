/** One form for every way of writing a value. */
import { describe, expect, test } from 'vitest'
import { foldNumber, foldText, numbersIn } from '../../../../gateway/controls/flow/fold.ts'

describe('texts', () => {
  test.each([
    ['DE89 3704 0044 0532 0130 00', 'DE89370400440532013000'],
    ['de89-3704.0044/0532_0130 00', 'DE89370400440532013000'],
    ['Müller-Lüdenscheid', 'MULLERLUDENSCHEID'],
    ['Mu\u0308ller', 'MULLER'],
    ['Straße', 'STRASSE'],
    ['σας', 'ΣΑΣ'],
    ['ＤＥ８９', 'DE89'],
    ['a\u200Bb\u00ADc', 'ABC'],
    ['erika.brandt@nordwind-logistics.example', 'ERIKABRANDTNORDWINDLOGISTICSEXAMPLE'],
    ['… !', ''],
  ])('%s', (text, folded) => {
    expect(foldText(text)).toBe(folded)
  })
})

describe('numbers', () => {
  test.each([
    ['65000.00', '65000'],
    ['0065000.50', '65000.5'],
    ['-1249.9', '1249.9'],
    ['0', '0'],
  ])('%s', (text, folded) => {
    expect(foldNumber(text)).toBe(folded)
  })
  test('what is no number has no form', () => {
    expect([foldNumber('1e5'), foldNumber('EUR'), foldNumber(''), foldNumber('1.2.3')]).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
  test.each([
    ['EUR 65.000,50 a year', '65000.5'],
    ['65,000.50', '65000.5'],
    ['65 000.50', '65000.5'],
    ['65\u202F000,5', '65000.5'],
    ["65'000", '65000'],
    ['65.000', '65000'],
    ['1.234.567', '1234567'],
    ['in 3 65000', '65000'],
  ])('%s holds %s', (text, folded) => {
    expect(numbersIn(text)).toContain(folded)
  })
})
