import { GraphQLError } from 'graphql'
import { describe, expect, test } from 'vitest'
import { type Arrival, type Exchange, beginExchange } from '../../../gateway/exchange.ts'
import { createLog } from '../../../gateway/log.ts'
import { answerFrom, refusalAnswer } from '../../../gateway/response/answer.ts'
import { formatError, mapExecutionErrors } from '../../../gateway/response/map-errors.ts'
import { causeKey, isTimeout, mayPass } from '../../../gateway/response/system-errors.ts'
import { catalog, isErrorCode, refusal } from '../../../lib/errors.ts'
import { callerNamed } from '../../support/subgraphs.ts'

const logged: string[] = []
const log = createLog({ level: 'debug', destination: { write: (line: string) => void logged.push(line) } })
const arrival = { requestId: 'r-1', signal: new AbortController().signal } as Arrival
const exchange = (): Exchange =>
  beginExchange(arrival, callerNamed('agent:support-agent'), { sent: { text: '', shape: null, variables: {} } })
const map = (error: GraphQLError, of = exchange()) => mapExecutionErrors([error], of, log)[0] as GraphQLError

describe('errors of an executed operation', () => {
  test('what a system wrote for the caller passes, with advice and without its service', () => {
    const error = map(
      new GraphQLError('No such case.', {
        path: ['case'],
        extensions: { code: 'NOT_FOUND', serviceName: 'crm', id: '7' },
      }),
    )
    expect(error.toJSON()).toEqual({
      message: 'No such case.',
      path: ['case'],
      extensions: { code: 'NOT_FOUND', next: catalog.NOT_FOUND.next, id: '7' },
    })
  })

  test.each([undefined, 'INTERNAL_SERVER_ERROR', 'UNAUTHENTICATED', 'DOWNSTREAM_SERVICE_ERROR', 'toString', 7])(
    'an error of a system with the code %j is masked; the log has it',
    (code) => {
      logged.splice(0)
      const hostile = new GraphQLError('select * from pg_shadow at db.corp', {
        path: ['case', 0],
        extensions: {
          ...(code === undefined ? {} : { code }),
          serviceName: 'crm',
          stacktrace: ['at x'],
          response: { url: 'http://db.corp' },
        },
      })
      const error = map(hostile)
      expect(error.toJSON()).toEqual({
        message: 'The system `crm` failed.',
        path: ['case', 0],
        extensions: { code: 'SYSTEM_UNAVAILABLE', next: catalog.SYSTEM_UNAVAILABLE.next, requestId: 'r-1' },
      })
      expect(logged.join('')).toContain('pg_shadow')
    },
  )

  test('an error of the gateway itself is masked as that', () => {
    expect(map(new GraphQLError('x is undefined')).extensions['code']).toBe('INTERNAL_SERVER_ERROR')
  })

  test('a cause travels to the log and never into the answer', () => {
    logged.splice(0)
    const extensions = { ...refusal('TIMEOUT', 'x').extensions, [causeKey]: new Error('the true cause') }
    const error = map(new GraphQLError('Too slow.', { extensions }))
    expect(JSON.stringify(error)).not.toContain('the true cause')
    expect(logged.join('')).toContain('the true cause')
  })

  test('what a record’s rule denied is noted for the ledger', () => {
    const of = exchange()
    map(refusal('RECORD_DENIED', 'No.', { fields: ['Account.annualRevenue'] }), of)
    map(refusal('NOT_FOUND', 'No.', { fields: ['Account.name'] }), of)
    map(refusal('RECORD_DENIED', 'No.', { fields: 'Account.name' }), of)
    expect([...of.deniedByRecord]).toEqual(['Account.annualRevenue'])
  })

  test('a path through "each of a list" ends at the list', () => {
    const error = new GraphQLError('x', { path: ['accounts', '@', 'name'], extensions: { code: 'NOT_FOUND' } })
    expect(map(error).path).toEqual(['accounts'])
  })

  test('codes that a system may use are of the catalogue, and none lets it speak for the gateway', () => {
    const passing = Object.keys(catalog).filter(mayPass)
    expect(passing.every(isErrorCode)).toBe(true)
    for (const code of [
      'UNAUTHENTICATED',
      'IDENTITY_REVOKED',
      'LEDGER_UNAVAILABLE',
      'RATE_LIMITED',
      'INTERNAL_SERVER_ERROR',
    ]) {
      expect(passing).not.toContain(code)
    }
    // Every refusal that a system of ours makes reaches the caller as it is.
    expect(passing).toEqual(
      expect.arrayContaining(['SEPARATION_OF_DUTY', 'ILLEGAL_TRANSITION', 'VERSION_CONFLICT', 'IDEMPOTENCY_CONFLICT']),
    )
  })
})

describe('the last look at an error', () => {
  test('a refusal keeps its words', () => {
    const error = refusal('COST_EXCEEDED', 'Too dear.', { cost: 7 })
    expect(formatError(error.toJSON(), error, log)).toEqual({
      message: 'Too dear.',
      extensions: { code: 'COST_EXCEEDED', next: catalog.COST_EXCEEDED.next, cost: 7 },
    })
  })

  test.each([{}, { code: 'INTERNAL_SERVER_ERROR' }, { code: 'SOMETHING_NEW' }, { code: 'constructor' }])(
    'unknown means masked: %j',
    (extensions) => {
      const formatted = formatError(
        { message: 'secret', extensions: { ...extensions, stacktrace: ['at x'] } },
        new Error('secret'),
        log,
      )
      expect(JSON.stringify(formatted)).not.toMatch(/secret|at x/)
      expect(formatted.extensions?.['code']).toBe('INTERNAL_SERVER_ERROR')
    },
  )
})

describe('an answer', () => {
  const complete = (body: object, status?: number) =>
    answerFrom({ status, headers: new Map(), body: { kind: 'complete', string: JSON.stringify(body) } } as never)

  test('says what became of the data, and which codes are in it', () => {
    const errors = [
      { extensions: { code: 'TIMEOUT' } },
      { extensions: { code: 'TIMEOUT' } },
      { extensions: { code: 'NOT_FOUND' } },
    ]
    expect(complete({ data: { a: 1 } })).toMatchObject({ status: 200, data: 'whole', codes: [] })
    expect(complete({ errors, data: { a: null } })).toMatchObject({
      status: 200,
      data: 'partial',
      codes: ['TIMEOUT', 'NOT_FOUND'],
    })
    expect(complete({ errors, data: null })).toMatchObject({ status: 200, data: 'none' })
  })

  test('a refusal has the status of the catalogue, also where Apollo Server would say 200', () => {
    const errors = [{ extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }]
    expect(complete({ errors }, 200).status).toBe(400)
    expect(complete({ errors }, 405).status).toBe(405)
  })

  test('of an unexpected throw is masked', () => {
    const answer = refusalAnswer(new TypeError('x of undefined in /srv/gateway.ts'), arrival, log)
    expect([answer.status, answer.codes, answer.data]).toEqual([500, ['INTERNAL_SERVER_ERROR'], 'none'])
    expect(answer.body).not.toContain('srv')
    expect(answer.body).toContain('r-1')
  })

  test('timers of ours and of undici are time-outs; nothing else is', () => {
    expect(isTimeout(new DOMException('x', 'TimeoutError'))).toBe(true)
    expect(isTimeout(Object.assign(new Error('x'), { code: 'UND_ERR_HEADERS_TIMEOUT' }))).toBe(true)
    expect(isTimeout(Object.assign(new Error('x'), { code: 'UND_ERR_SOCKET' }))).toBe(false)
    expect(isTimeout(new DOMException('x', 'AbortError'))).toBe(false)
    expect(isTimeout('TimeoutError')).toBe(false)
  })
})
