/** Reads what a customer wrote, by key words. The text is data: whatever it asks for, all that comes out is what it is about. */
import { z } from 'zod'
import type { WorkContext } from './work.ts'

const email = z.object({ subject: z.string(), text: z.string() })

/** What each reason sounds like; where two sound alike, the first one counts. */
const signs = {
  MALFUNCTION:
    /\b(?:los(?:e|es|ing)|offline|crash\w*|fail\w*|broken|does not|do not|no longer|stands? still|error)\b/giu,
  BILLING: /\b(?:invoices?|billed|billing|charged|payment|credit note|vat)\b/giu,
  DELIVERY: /\b(?:deliver\w*|shipment|parcel|arrive[ds]?|carrier|pallets?)\b/giu,
  FEEDBACK: /\b(?:thank\w*|praise|suggest\w*|pleased|complain\w*|compliment\w*)\b/giu,
  HOW_TO: /\b(?:how|manual|instructions|explain|set up|configure)\b/giu,
} as const

export type Reason = keyof typeof signs

export interface Understanding {
  readonly reason: Reason
  readonly summary: string
  readonly urgency: 'HIGH' | 'MEDIUM' | 'LOW'
}

const presses = /\b(?:today|urgent\w*|at once|immediately|stands? still|the shift)\b/iu
const longest = 160

/** Says what it is about, in the shape that the task asks for. */
export function understand({ input, say }: Pick<WorkContext, 'input' | 'say'>): Understanding {
  const { subject, text } = email.parse(input)
  const words = `${subject}\n${text}`
  const count = (reason: Reason) => words.match(signs[reason])?.length ?? 0
  const reasons = Object.keys(signs) as Reason[]
  const most = Math.max(...reasons.map(count))
  const reason = most === 0 ? 'HOW_TO' : (reasons.find((each) => count(each) === most) ?? 'HOW_TO')
  const urgency = presses.test(words) ? 'HIGH' : reason === 'MALFUNCTION' || reason === 'BILLING' ? 'MEDIUM' : 'LOW'
  say(`reads ${reason}, urgency ${urgency}`)
  return { reason, urgency, summary: summarize(subject, text) }
}

/** The subject and the first sentence, without addresses. */
function summarize(subject: string, text: string): string {
  const paragraphs = text.split(/\n\s*\n/u).map((each) => each.replaceAll(/\s+/gu, ' ').trim())
  const told = paragraphs.find((each) => each.length > 40) ?? ''
  const sentence = /^.*?[.!?](?=\s|$)/u.exec(told)?.[0] ?? told
  const whole = `${subject}: ${sentence}`.replaceAll(/\S+@\S+/gu, '(address)')
  if (whole.length <= longest) return whole
  const cut = whole.slice(0, longest - 1)
  return `${cut.slice(0, cut.lastIndexOf(' '))}…`
}
