import { expect, test } from 'vitest'
import { servesExplorer } from '../../../gateway/explorer/serves-explorer.ts'

const chrome = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
const firefox = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

function serves(accept: string | undefined, url = '/graphql', method = 'GET'): boolean {
  return servesExplorer({ method, url, headers: accept === undefined ? {} : { accept } })
}

test.for([
  [chrome, true],
  [firefox, true],
  ['text/html', true],
  ['TEXT/HTML;q=0.9, application/json;q=0.5', true],
  ['text/*', true],
  [undefined, false],
  ['', false],
  ['*/*', false],
  ['application/json', false],
  ['application/graphql-response+json, application/json;q=0.9', false],
  ['application/json, text/html;q=0.9', false],
  ['text/html, application/json', false],
  ['text/html;q=0.5, */*', false],
  ['text/html;q=0', false],
  ['text/html;q=nonsense', false],
  ['application/graphql-response+json, text/html', false],
] as const)('Accept %s: %s', ([accept, expected]) => {
  expect(serves(accept)).toBe(expected)
})

test('an operation in the address is answered, not explored', () => {
  expect(serves(chrome, '/graphql?query={__typename}')).toBe(false)
  expect(serves(chrome, '/graphql?query=')).toBe(false)
})

test('the explorer’s own parameters are no operation', () => {
  expect(serves(chrome, '/graphql?as=support-agent&example=three-systems')).toBe(true)
})

test('a POST is never a page', () => {
  expect(serves(chrome, '/graphql', 'POST')).toBe(false)
})
