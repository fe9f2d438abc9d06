/** Cells of a table on a terminal: texts from outside made safe, cut to a width, and painted only where somebody watches. */
import { styleText } from 'node:util'
import { safeText } from '../../gateway/audit/safe-text.ts'
import type { Screen } from '../screen.ts'

type Style = Parameters<typeof styleText>[0]

export type Paint = (style: Style, text: string) => string

/** Paints for this screen; without a terminal, or with `NO_COLOR`, nothing is painted. */
export function painter(screen: Screen): Paint {
  return (style, text) => styleText(style, text, { stream: screen })
}

/** The text in exactly so many columns. */
export function cell(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const safe = clip(text, width)
  const spaces = ' '.repeat(width - widthOf(safe))
  return side === 'left' ? `${safe}${spaces}` : `${spaces}${safe}`
}

/** The text in at most so many columns. */
export function clip(text: string, width: number): string {
  const safe = safeText(text, 1_000)
  if (widthOf(safe) <= width) return safe
  const kept = charactersOf(safe).slice(0, Math.max(0, width - 1))
  return `${kept.join('')}…`
}

/** How many columns it takes, where every character takes one. */
export function widthOf(text: string): number {
  return charactersOf(text).length
}

const segmenter = new Intl.Segmenter('en')

function charactersOf(text: string): readonly string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** `4 s`, `1 min 05 s`. */
export function wholeSeconds(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
}

/** `4.2 s` */
export function tenths(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

/** The last group of an id that is made of time: the ids of runs that began together begin alike. */
export function shortId(id: string): string {
  return id.slice(-6)
}
