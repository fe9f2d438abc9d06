/** OpenTelemetry spans, one for each step of a request. Without an SDK in the process they cost next to nothing. */
import { SpanStatusCode, trace } from '@opentelemetry/api'

const tracer = trace.getTracer('mandate')

/** Runs one step inside a span named `mandate.<step>`; a throw marks the span and goes on. */
export function traced<T>(step: string, work: () => Promise<T> | T): Promise<T> {
  return tracer.startActiveSpan(`mandate.${step}`, async (span) => {
    try {
      return await work()
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}
