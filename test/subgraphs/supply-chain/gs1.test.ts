/** GS1 numbers: examples of the specification, and that one wrong digit is always found. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkDigit, isGs1, isGs1Link, ssccLink, ssccOf, withCheckDigit } from '../../../subgraphs/supply-chain/gs1.ts'

describe('check digits', () => {
  test.each([
    ['GTIN', '6291041500213'],
    ['GTIN', '4006381333931'],
    ['GTIN14', '10614141000415'],
    ['GLN', '9501101530003'],
    ['SSCC', '106141412345678908'],
    ['SSCC', '340123450000000000'.slice(0, 17) + checkDigit('34012345000000000')],
  ] as const)('%s %s is right', (key, number) => {
    expect(isGs1(key, number)).toBe(true)
  })

  test.each([
    ['GTIN', '6291041500214'],
    ['GTIN', '629104150021'],
    ['GTIN', '62910415002133'],
    ['GLN', ''],
    ['GLN', '95011015300O3'],
    ['SSCC', '106141412345678909'],
    ['SSCC', '6291041500213'],
  ] as const)('%s %s is wrong', (key, number) => {
    expect(isGs1(key, number)).toBe(false)
  })

  test('is that of every number that it completes, and of none with one other digit', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 17, maxLength: 17 })
    fc.assert(
      fc.property(digits, fc.nat(17), fc.integer({ min: 1, max: 9 }), (body, place, shift) => {
        const number = withCheckDigit(body.join(''))
        const wrong = Array.from(number, (digit, index) =>
          index === place ? String((Number(digit) + shift) % 10) : digit,
        ).join('')
        return isGs1('SSCC', number) && !isGs1('SSCC', wrong)
      }),
    )
  })

  test('is refused for what are no digits', () => {
    expect(() => checkDigit('12a')).toThrow('12a')
    expect(() => withCheckDigit('')).toThrow()
  })
})

describe('GS1 Digital Link', () => {
  const sscc = '106141412345678908'

  test('names a unit by its SSCC', () => {
    expect(ssccLink(sscc)).toBe(`https://id.gs1.org/00/${sscc}`)
    expect(ssccOf(ssccLink(sscc))).toBe(sscc)
    expect(ssccOf('https://id.gs1.org/01/06291041500213/21/A1')).toBeNull()
  })

  test.each([
    ssccLink(sscc),
    'https://id.gs1.org/01/06291041500213/21/A1.b-2_3',
    'https://id.gs1.org/01/10614141000415/10/LOT7',
  ])('%s is one', (link) => {
    expect(isGs1Link(link)).toBe(true)
  })

  test.each([
    ['a wrong check digit', 'https://id.gs1.org/00/106141412345678909'],
    ['a wrong check digit of the item', 'https://id.gs1.org/01/06291041500214/21/A1'],
    ['an item without a serial number or lot', 'https://id.gs1.org/01/06291041500213'],
    ['a serial number that is too long', `https://id.gs1.org/01/06291041500213/21/${'x'.repeat(21)}`],
    ['another host', `https://id.gs1.example/00/${sscc}`],
    ['no TLS', `http://id.gs1.org/00/${sscc}`],
    ['something behind it', `https://id.gs1.org/00/${sscc}?x`],
    ['another line', `https://id.gs1.org/00/${sscc}\n`],
    ['another scheme', `urn:epc:id:sscc:0614141.1234567890`],
    ['nothing', ''],
  ])('not with %s', (_, link) => {
    expect(isGs1Link(link)).toBe(false)
  })
})
