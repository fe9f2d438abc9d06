/** Batches on the wire, written and read, in the multipart and in the JSON form. */
import { describe, expect, test } from 'vitest'
import { readJsonBatch, writeJsonBatch } from '../../../subgraphs/sources/odata/json-batch.ts'
import type { BatchPart } from '../../../subgraphs/sources/odata/message.ts'
import { readMultipart, writeMultipart } from '../../../subgraphs/sources/odata/multipart.ts'

const read: BatchPart = {
  kind: 'read',
  request: {
    method: 'GET',
    path: "Suppliers?$filter=Name%20eq%20'x'",
    headers: { accept: 'application/json' },
    body: undefined,
  },
}
const changes: BatchPart = {
  kind: 'changes',
  requests: [
    { method: 'POST', path: 'Invoices', headers: {}, body: { Note: 'Grüße' }, contentId: '1' },
    { method: 'PATCH', path: "Invoices('7')", headers: { 'if-match': 'W/"1"' }, body: { A: 1 }, contentId: '2' },
  ],
}
const parts = [read, changes]

describe('multipart', () => {
  test('writes a read and a changeset', () => {
    const { contentType, text } = writeMultipart(parts)
    const outer = /boundary=(.+)$/.exec(contentType)?.[1] ?? ''
    const inner = /mixed; boundary=(\S+)/.exec(text)?.[1] ?? ''
    expect(text.replaceAll(inner, 'INNER').replaceAll(outer, 'OUTER').split('\r\n')).toEqual([
      '--OUTER',
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      '',
      "GET Suppliers?$filter=Name%20eq%20'x' HTTP/1.1",
      'accept: application/json',
      '',
      '',
      '--OUTER',
      'Content-Type: multipart/mixed; boundary=INNER',
      '',
      '--INNER',
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      'Content-ID: 1',
      '',
      'POST Invoices HTTP/1.1',
      'Content-Length: 18',
      '',
      '{"Note":"Grüße"}',
      '--INNER',
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      'Content-ID: 2',
      '',
      "PATCH Invoices('7') HTTP/1.1",
      'if-match: W/"1"',
      'Content-Length: 7',
      '',
      '{"A":1}',
      '--INNER--',
      '--OUTER--',
      '',
    ])
  })

  test('no body can hold the boundary', () => {
    const { contentType, text } = writeMultipart(parts)
    const mark = /boundary=batch_(.+)$/.exec(contentType)?.[1] ?? ''
    const hostile: BatchPart = {
      kind: 'changes',
      requests: [{ method: 'POST', path: 'X', headers: {}, body: `\r\n--batch_${mark}--\r\n`, contentId: '1' }],
    }
    expect(text).toContain(mark)
    expect(writeMultipart([read, hostile]).contentType).not.toContain(mark)
  })

  const answer = (...lines: string[]) => lines.join('\r\n')

  test('reads answers in the order of the changes, by their Content-ID', () => {
    const text = answer(
      '--b',
      'Content-Type: application/http',
      '',
      'HTTP/1.1 200 OK',
      'Content-Type: application/json',
      '',
      '{"value":[{"Total":119.10}]}',
      '--b',
      'content-type: multipart/mixed; boundary="c"',
      '',
      '--c',
      'Content-Type: application/http',
      'Content-ID: 2',
      '',
      'HTTP/1.1 204 No Content',
      'ETag: W/"2"',
      '',
      '',
      '--c',
      'Content-Type: application/http',
      'Content-ID: 1',
      '',
      'HTTP/1.1 201 Created',
      '',
      '{"Note":"--b"}',
      '--c--',
      '--b--',
      '',
    )
    const [first, second] = readMultipart('multipart/mixed; boundary=b', text, parts)
    expect(first?.kind).toBe('answers')
    expect(second).toMatchObject({
      kind: 'answers',
      answers: [
        { status: 201, body: { Note: '--b' } },
        { status: 204, body: undefined },
      ],
    })
  })

  test('reads a changeset that was refused as one answer', () => {
    const text = answer(
      '--b',
      'Content-Type: application/http',
      '',
      'HTTP/1.1 200 OK',
      '',
      '{"value":[]}',
      '--b',
      'Content-Type: application/http',
      '',
      'HTTP/1.1 412 Precondition Failed',
      '',
      '{"error":{"code":"X"}}',
      '--b--',
    )
    expect(readMultipart('multipart/mixed; boundary=b', text, parts)[1]).toMatchObject({
      kind: 'refused',
      answer: { status: 412 },
    })
  })

  test.each([
    ['without a boundary', 'multipart/mixed', ''],
    ['cut off', 'multipart/mixed; boundary=b', '--b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}'],
    ['too short', 'multipart/mixed; boundary=b', '--b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n--b--'],
    ['with a part that is not HTTP', 'multipart/mixed; boundary=b', '--b\r\n\r\nhello\r\n--b\r\n\r\nhello\r\n--b--'],
    ['with a body that is not JSON', 'multipart/mixed; boundary=b', '--b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{"a\r\n--b--'],
  ])('refuses an answer %s', (_, contentType, text) => {
    expect(() => readMultipart(contentType, text, parts)).toThrow(expect.objectContaining({ name: 'MalformedAnswer' }))
  })
})

describe('JSON', () => {
  test('writes a read and an atomicity group', () => {
    expect(JSON.parse(writeJsonBatch(parts))).toEqual({
      requests: [
        {
          id: 'r0.0',
          method: 'GET',
          url: "Suppliers?$filter=Name%20eq%20'x'",
          headers: { accept: 'application/json' },
        },
        { id: '1', atomicityGroup: 'g1', method: 'POST', url: 'Invoices', headers: {}, body: { Note: 'Grüße' } },
        {
          id: '2',
          atomicityGroup: 'g1',
          method: 'PATCH',
          url: "Invoices('7')",
          headers: { 'if-match': 'W/"1"' },
          body: { A: 1 },
        },
      ],
    })
  })

  test('reads answers by their id, in whatever order they come', () => {
    const text = JSON.stringify({
      responses: [
        { id: '2', status: 204 },
        { id: 'r0.0', status: 200, headers: { ETag: 'x' }, body: { value: [] } },
        { id: '1', status: 201, body: { A: 1 } },
      ],
    })
    expect(readJsonBatch(text, parts)).toEqual([
      { kind: 'answers', answers: [{ status: 200, headers: new Map([['etag', 'x']]), body: { value: [] } }] },
      {
        kind: 'answers',
        answers: [
          { status: 201, headers: new Map(), body: { A: 1 } },
          { status: 204, headers: new Map(), body: undefined },
        ],
      },
    ])
  })

  test('one failed change is the answer of its group', () => {
    const text = JSON.stringify({
      responses: [
        { id: 'r0.0', status: 200, body: {} },
        { id: '1', status: 424 },
        { id: '2', status: 412 },
      ],
    })
    expect(readJsonBatch(text, parts)[1]).toMatchObject({ kind: 'refused', answer: { status: 412 } })
  })

  test.each(['{}', '[]', '{"responses":[{"id":"1"}]}', '{"responses":[]}', 'x'])('refuses %s', (text) => {
    expect(() => readJsonBatch(text, parts)).toThrow(expect.objectContaining({ name: 'MalformedAnswer' }))
  })
})
