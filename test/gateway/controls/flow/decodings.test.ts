/** Codes that a program undoes in one call. */
import { expect, test } from 'vitest'
import { decodings } from '../../../../gateway/controls/flow/decodings.ts'

const secret = 'iban DE89370400440532013000'
const wrapped = (text: string) => text.replaceAll(/(.{16})/g, '$1\n')

test.each([
  ['base64', Buffer.from(secret).toString('base64')],
  ['base64url', Buffer.from(secret).toString('base64url')],
  ['base64 behind other letters', `value${Buffer.from(secret).toString('base64')}`],
  ['base64 in lines', wrapped(Buffer.from(secret).toString('base64'))],
  ['hex', Buffer.from(secret).toString('hex')],
  ['hex with spaces', Buffer.from(secret).toString('hex').replaceAll(/(..)/g, '$1 ')],
  ['percent signs', encodeURIComponent(secret).replaceAll('D', '%44')],
  ['base64 of hex', Buffer.from(Buffer.from(secret).toString('hex')).toString('base64')],
])('%s', (_name, text) => {
  expect(decodings(text).some((reading) => reading.includes('DE89370400440532013000'))).toBe(true)
})

test('plain words have next to no other readings', () => {
  const prose =
    'The shift has fallen back to paper lists and we will miss the collection at six if this goes on. '.repeat(20)
  expect(decodings(prose).join('').length).toBeLessThan(prose.length / 2)
})
