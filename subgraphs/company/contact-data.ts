/**
 * Telephone numbers, web addresses and tax numbers that belong to nobody: ranges that the regulators of Germany, France and
 * Great Britain keep for films and examples, and the reserved domain `.example` (RFC 2606).
 */
import type { Country, Random } from './random.ts'

/** An office telephone of the country. */
export function officePhone(random: Random, country: Country): string {
  const three = () => String(random.int(0, 999)).padStart(3, '0')
  switch (country) {
    case 'DE':
      return random.pick([
        `+49 30 23125 ${three()}`,
        `+49 69 90009 ${three()}`,
        `+49 40 66969 ${three()}`,
        `+49 221 4710 ${three()}`,
        `+49 89 99998 ${three()}`,
      ])
    case 'FR':
      return `+33 1 99 00 ${String(random.int(0, 99)).padStart(2, '0')} ${String(random.int(0, 99)).padStart(2, '0')}`
    case 'GB':
      return `+44 20 7946 0${three()}`
  }
}

/** A mobile telephone of the country. */
export function mobilePhone(random: Random, country: Country): string {
  const two = () => String(random.int(0, 99)).padStart(2, '0')
  switch (country) {
    case 'DE':
      return `+49 171 39200 ${two()}`
    case 'FR':
      return `+33 6 39 98 ${two()} ${two()}`
    case 'GB':
      return `+44 7700 900${two()}${random.int(0, 9)}`
  }
}

/** A VAT identifier in the country's form. */
export function vatIdentifier(random: Random, country: Country): string {
  const six = String(random.int(0, 999_999)).padStart(6, '0')
  return country === 'FR' ? `FR00999${six}` : `${country}999${six}`
}
