import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../lib/duration.ts'

describe('durations', () => {
  test.each([
    ['P7D', 604_800_000],
    ['P2W', 1_209_600_000],
    ['PT12H', 43_200_000],
    ['P1DT6H30M', 109_800_000],
    ['PT90S', 90_000],
    ['P0D', 0],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each(['', 'P', 'PT', 'P1Y', 'P1M', 'P1.5D', '7D', 'P-1D', 'P7D ', 'PT5', 'p7d', 'P999999D'])(
    'none: %j',
    (text) => {
      expect(parseDuration(text)).toBeNull()
    },
  )

  test('are read as they are written', () => {
    fc.assert(
      fc.property(fc.nat(90 * 86_400), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1_000))).toBe(seconds * 1_000)
      }),
    )
  })
})
