/** One step of a story: what was asked and what came back. An answer that is not as expected ends the story. */
import { z } from 'zod'
import type { Reply } from './agent.ts'

/** One step, as it is told. */
export interface Step {
  readonly title: string
  /** `query FindSender` */
  readonly operation: string
  readonly outcome: 'done' | 'refused'
  /** The code of a refusal. */
  readonly code: string | null
  readonly ms: number
  readonly requestId: string
  readonly lines: readonly string[]
}

/** Something came back that the story does not have. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer'
}

/** A step of what came back. */
export function tell(title: string, operation: string, reply: Reply, lines: readonly string[]): Step {
  const code = reply.errors[0]?.extensions.code ?? null
  return {
    title,
    operation,
    outcome: code === null ? 'done' : 'refused',
    code,
    ms: reply.ms,
    requestId: reply.requestId,
    lines,
  }
}

/** The data of an answer; throws where it was refused, or is of another shape. */
export function expectData<T>(reply: Reply, schema: z.ZodType<T>): T {
  const [error] = reply.errors
  if (error) {
    const { code, next } = error.extensions
    throw new UnexpectedAnswer(`Refused with ${code}: ${error.message} ${next} (request ${reply.requestId})`)
  }
  const data = schema.safeParse(reply.data)
  if (data.success) return data.data
  throw new UnexpectedAnswer(
    `The answer of request ${reply.requestId} is not as expected:\n${z.prettifyError(data.error)}`,
  )
}

/** The refusal with this code; throws where there is none. */
export function expectRefusal(reply: Reply, code: string): Reply['errors'][number] {
  const [error] = reply.errors
  if (error?.extensions.code === code && (reply.data ?? null) === null) return error
  const came = error ? `${error.extensions.code}: ${error.message}` : 'data'
  throw new UnexpectedAnswer(`Expected ${code}, and got ${came} (request ${reply.requestId}).`)
}
