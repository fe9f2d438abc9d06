/** Exact decimals: what is a number, what is not, and that nothing is ever rounded unasked. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, divideRounded, formatDecimal, parseDecimal } from '../../../subgraphs/decimal.ts'
import { makeIban, normalizeBic, normalizeIban } from '../../../subgraphs/finance/iban.ts'
import { computeTotals } from '../../../subgraphs/finance/invoice-totals.ts'

describe('decimals', () => {
  test.each([
    ['12.5', 2, 1250n],
    ['12.50', 2, 1250n],
    ['12.500', 2, 1250n],
    ['-0.01', 2, -1n],
    ['0', 2, 0n],
    ['9999999999999999', 4, 99_999_999_999_999_990_000n],
  ] as const)('%s with %i decimals is %s', (text, scale, units) => {
    expect(parseDecimal(text, scale)).toBe(units)
  })

  test.each(['12.505', '1e3', '1,50', ' 1', '', '.5', '5.', '--1', '+1', 'NaN', '12345678901234567', '٣'])(
    '`%s` is no amount of money',
    (text) => {
      expect(parseDecimal(text, 2)).toBeNull()
      expect(() => decimal(text, 2)).toThrow(RangeError)
    },
  )

  test('what is written is read back the same', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
        fc.integer({ min: 0, max: 6 }),
        (units, scale) => {
          expect(parseDecimal(formatDecimal(units, scale), scale)).toBe(units)
        },
      ),
    )
  })

  test('halves go away from zero, as in PostgreSQL', () => {
    expect([5n, -5n, 4n, -4n, 15n, 14n].map((units) => divideRounded(units, 10n))).toEqual([1n, -1n, 0n, 0n, 2n, 1n])
  })
})

describe('totals of an invoice', () => {
  const line = (quantity: string, netPrice: string, vatRate = '19.00', vatCategory = 'STANDARD') => ({
    quantity,
    netPrice,
    vatRate,
    vatCategory,
  })

  test('VAT is of the sum of a rate, not the sum of rounded VAT', () => {
    // Line by line it would be ten times 0.0057, each rounded up to 0.01.
    const totals = computeTotals(Array.from({ length: 10 }, () => line('1', '0.03')))
    expect(totals).toMatchObject({ lineTotal: '0.30', vatTotal: '0.06', grossTotal: '0.36' })
  })

  test('each category and rate stands for itself, `19` and `19.00` are one', () => {
    const totals = computeTotals([
      line('2', '100', '19'),
      line('1', '50', '19.00'),
      line('3', '10.3333', '7'),
      line('1', '80', '0', 'EXPORT'),
    ])
    expect(totals.netAmounts).toEqual(['200.00', '50.00', '31.00', '80.00'])
    expect(totals.vat).toEqual([
      { category: 'STANDARD', rate: '19.00', taxableAmount: '250.00', taxAmount: '47.50' },
      { category: 'STANDARD', rate: '7.00', taxableAmount: '31.00', taxAmount: '2.17' },
      { category: 'EXPORT', rate: '0.00', taxableAmount: '80.00', taxAmount: '0.00' },
    ])
    expect(totals).toMatchObject({ lineTotal: '361.00', vatTotal: '49.67', grossTotal: '410.67' })
  })

  test('always add up, whatever the lines', () => {
    const amount = (scale: number) => fc.bigInt({ min: 0n, max: 10n ** 9n }).map((units) => formatDecimal(units, scale))
    const lines = fc.array(
      fc.record({
        quantity: amount(4),
        netPrice: amount(4),
        vatCategory: fc.constantFrom('STANDARD', 'EXEMPT'),
        vatRate: fc.constantFrom('19.00', '7.00', '5.50'),
      }),
      { minLength: 1, maxLength: 20 },
    )
    fc.assert(
      fc.property(lines, (given) => {
        const totals = computeTotals(given)
        const sum = (amounts: readonly string[]) => amounts.reduce((total, text) => total + decimal(text, 2), 0n)
        expect(sum(totals.netAmounts)).toBe(decimal(totals.lineTotal, 2))
        expect(sum(totals.vat.map(({ taxableAmount }) => taxableAmount))).toBe(decimal(totals.lineTotal, 2))
        expect(sum(totals.vat.map(({ taxAmount }) => taxAmount))).toBe(decimal(totals.vatTotal, 2))
        expect(sum([totals.lineTotal, totals.vatTotal])).toBe(decimal(totals.grossTotal, 2))
      }),
    )
  })
})

describe('account numbers', () => {
  test('are read with blanks and in lower case', () => {
    expect(normalizeIban('de89 3704 0044 0532 0130 00')).toBe('DE89370400440532013000')
    expect(normalizeIban('GB82 WEST 1234 5698 7654 32')).toBe('GB82WEST12345698765432')
    expect(normalizeBic('cobadeffxxx')).toBe('COBADEFFXXX')
  })

  test('one wrong or two changed digits are found', () => {
    const account = fc.stringMatching(/^\d{18}$/)
    fc.assert(
      fc.property(account, fc.integer({ min: 4, max: 20 }), fc.integer({ min: 1, max: 9 }), (digits, at, by) => {
        const iban = makeIban('DE', digits)
        expect(normalizeIban(iban)).toBe(iban)
        const wrong = (Number(iban[at]) + by) % 10
        expect(normalizeIban(iban.slice(0, at) + String(wrong) + iban.slice(at + 1))).toBeNull()
        const [one = '', other = ''] = [iban[at], iban[at + 1]]
        if (one !== other) expect(normalizeIban(iban.slice(0, at) + other + one + iban.slice(at + 2))).toBeNull()
      }),
    )
  })

  test.each(['DE8937040044053201300', 'DE893704004405320130000', 'XX', '', 'DE89 3704 0044 0532 0130 0O'])(
    '`%s` is no IBAN',
    (text) => {
      expect(normalizeIban(text)).toBeNull()
    },
  )
})
