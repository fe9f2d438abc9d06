/** Assesses what is broken, from the summary of what the customer wrote. */
import { z } from 'zod'
import type { WorkContext } from './work.ts'

const malfunction = z.object({ summary: z.string(), urgency: z.enum(['HIGH', 'MEDIUM', 'LOW']) })

/** The first one whose words occur. */
const categories = [
  ['NETWORK', /\b(?:connection|network|wi-?fi|offline|gateways?|signal)\b/iu],
  ['ACCESS', /\b(?:log ?in|sign in|password|account is locked)\b/iu],
  ['DATABASE', /\b(?:database|records? (?:is|are) missing)\b/iu],
  ['SOFTWARE', /\b(?:crash\w*|update|firmware|software|app|screen freezes)\b/iu],
  ['HARDWARE', /\b(?:scanners?|printers?|cradles?|battery|batteries|labels?)\b/iu],
] as const

const many = /\b(?:all|every|whole|forty|dozens|hall|plant|\d{2,})\b/iu
const single = /\b(?:one of|a single|one scanner|one printer)\b/iu

export interface Assessment {
  readonly category: (typeof categories)[number][0] | 'INQUIRY'
  readonly impact: 'HIGH' | 'MEDIUM' | 'LOW'
}

/** Says what kind of thing it is, and how many are affected. */
export function assess({ input, say }: Pick<WorkContext, 'input' | 'say'>): Assessment {
  const { summary, urgency } = malfunction.parse(input)
  const category = categories.find(([, words]) => words.test(summary))?.[0] ?? 'INQUIRY'
  const impact = many.test(summary) ? 'HIGH' : single.test(summary) || urgency === 'LOW' ? 'LOW' : 'MEDIUM'
  say(`finds ${category}, impact ${impact}`)
  return { category, impact }
}
