/** International bank account numbers (ISO 13616) and bank identifiers (ISO 9362): their form and their check digits. */

const ibanForm = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/
const bicForm = /^[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/

/** How long an IBAN is, where the register says so and we pay. */
const lengths: Readonly<Record<string, number>> = {
  AT: 20,
  BE: 16,
  CH: 21,
  CZ: 24,
  DE: 22,
  DK: 18,
  ES: 24,
  FR: 27,
  GB: 22,
  IE: 22,
  IT: 27,
  LU: 20,
  NL: 18,
  PL: 28,
  PT: 25,
  SE: 24,
}

/** An IBAN as it is stored: without blanks, in upper case; null when its form, length or check digits are wrong. */
export function normalizeIban(text: string): string | null {
  const iban = text.replaceAll(' ', '').toUpperCase()
  if (!ibanForm.test(iban)) return null
  const expected = lengths[iban.slice(0, 2)]
  if (expected !== undefined && iban.length !== expected) return null
  return remainder(iban) === 1n ? iban : null
}

/** A BIC as it is stored; null when its form is wrong. */
export function normalizeBic(text: string): string | null {
  const bic = text.replaceAll(' ', '').toUpperCase()
  return bicForm.test(bic) ? bic : null
}

/** Puts the right check digits between country and account. */
export function makeIban(country: string, account: string): string {
  const check = 98n - remainder(`${country}00${account}`)
  return `${country}${check.toString().padStart(2, '0')}${account}`
}

/** ISO 7064 MOD 97-10: country and check digits go to the end, letters become two digits. */
function remainder(iban: string): bigint {
  const moved = iban.slice(4) + iban.slice(0, 4)
  return BigInt(moved.replace(/[A-Z]/g, (letter) => (letter.charCodeAt(0) - 55).toString())) % 97n
}
