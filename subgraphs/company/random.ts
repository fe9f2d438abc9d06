/**
 * The one source of chance of the generated company: seeded faker instances, and the calendar that all its dates come from.
 * The same calls in the same order always give the same company.
 */
import type { Faker } from '@faker-js/faker'
import { faker as german } from '@faker-js/faker/locale/de'
import { faker as british } from '@faker-js/faker/locale/en_GB'
import { faker as french } from '@faker-js/faker/locale/fr'

/** The company's data ends on this day and covers the twelve months before it. */
export const referenceDay = '2026-10-31'

const seed = 20_261_031
const dayMs = 86_400_000
const reference = Date.parse(`${referenceDay}T00:00:00Z`)

/** Countries that the company deals with. */
export type Country = 'DE' | 'FR' | 'GB'

export interface Random {
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number
  /** True in `percent` of a hundred cases. */
  chance(percent: number): boolean
  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T
  /** One of the values, the likelier the larger its weight. */
  weighted<T>(choices: readonly (readonly [value: T, weight: number])[]): T
  person(country: Country): { readonly firstName: string; readonly lastName: string }
  place(country: Country): { readonly street: string; readonly city: string; readonly postalCode: string }
}

/** Starts chance anew, from the fixed seed; each `part` of a company has a chance of its own. */
export function createRandom(part = 0): Random {
  const fakers = { DE: ownFaker(german, part), GB: ownFaker(british, part), FR: ownFaker(french, part) } as const
  const int = (low: number, high: number) => fakers.DE.number.int({ min: low, max: high })
  return {
    int,
    chance: (percent) => int(1, 100) <= percent,
    pick: (list) => list[int(0, list.length - 1)] as (typeof list)[number],
    weighted(choices) {
      let left = int(
        1,
        choices.reduce((sum, [, weight]) => sum + weight, 0),
      )
      for (const [value, weight] of choices) if ((left -= weight) <= 0) return value
      throw new RangeError('There is nothing to choose from.')
    },
    person: (country) => ({
      firstName: fakers[country].person.firstName(),
      lastName: fakers[country].person.lastName(),
    }),
    place: (country) => ({
      street: fakers[country].location.streetAddress(),
      city: fakers[country].location.city(),
      postalCode: fakers[country].location.zipCode(),
    }),
  }
}

/** A faker with a chance of its own: the package's instances are shared, and two companies made at once would disturb each other. */
function ownFaker(shared: Faker, part: number): Faker {
  const Kind = shared.constructor as typeof Faker
  const own = new Kind({ locale: shared.rawDefinitions })
  own.seed(seed + part)
  own.setDefaultRefDate(reference)
  return own
}

/** The number of the last day of the data; day 0 is twelve months before, a Saturday. */
export const lastDay = 364

/** A day by its number, `2026-10-31`; numbers below 0 and above the last one are days as well. */
export function dayText(day: number): string {
  return new Date(reference + (day - lastDay) * dayMs).toISOString().slice(0, 10)
}

/** The number of a day. */
export function dayNumber(text: string): number {
  return Math.round((Date.parse(`${text.slice(0, 10)}T00:00:00Z`) - reference) / dayMs) + lastDay
}

/** So many minutes after the midnight in which a day begins. */
export function momentOf(day: number, minutes: number): string {
  return new Date(reference + (day - lastDay) * dayMs + Math.round(minutes) * 60_000).toISOString()
}

/** The day itself, or the Monday after a weekend. */
export function workday(day: number): number {
  const sinceSaturday = ((day % 7) + 7) % 7
  return sinceSaturday < 2 ? day + 2 - sinceSaturday : day
}

/** The day itself, or the Friday before a weekend. */
export function workdayBefore(day: number): number {
  const sinceSaturday = ((day % 7) + 7) % 7
  return sinceSaturday < 2 ? day - 1 - sinceSaturday : day
}

/** A moment in working hours, `daysAgo` days before the end of the data; weekends move to the Friday before. */
export function workingTime(random: Random, daysAgo: number): string {
  const day = new Date(reference - daysAgo * dayMs)
  const weekend = [2, 0, 0, 0, 0, 0, 1][day.getUTCDay()] ?? 0
  const time = random.int(7 * 3_600_000, 17 * 3_600_000)
  return new Date(day.getTime() - weekend * dayMs + time).toISOString()
}

/** How many days ago something happened: what is recent, and so mostly still open, comes up more often. */
export function ageInDays(random: Random, oldest: number): number {
  return random.chance(22) ? random.int(0, 24) : random.int(0, oldest)
}

/** `from` and so many minutes. */
export function later(from: string, minutes: number): string {
  return new Date(Date.parse(from) + minutes * 60_000).toISOString()
}

/** The calendar day of a moment, moved by some days. */
export function dayOf(moment: string, plusDays = 0): string {
  return new Date(Date.parse(moment) + plusDays * dayMs).toISOString().slice(0, 10)
}

/** The earlier one of two moments or days. */
export function earlier(one: string, other: string): string {
  return one < other ? one : other
}

/** The last moment of the data. */
export const endOfData = new Date(reference + dayMs - 3_600_000).toISOString()

/** A letter sequence for addresses and hosts: lower case, no accents. */
export function plainName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('ä', 'ae')
    .replaceAll('ö', 'oe')
    .replaceAll('ü', 'ue')
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
}
