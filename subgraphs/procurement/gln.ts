/** Global Location Numbers (GS1 General Specifications, section 7.9): 13 digits, of which the last checks the others. */
import type { ValueCheck } from '../inputs.ts'

/** Accepts a GLN whose check digit is right: with weights 1 and 3 in turns, the sum of all digits is divisible by ten. */
export const globalLocationNumber: ValueCheck = (value) => {
  const gln = String(value)
  const sum = Array.from(gln, Number).reduce((total, digit, index) => total + digit * (index % 2 === 0 ? 1 : 3), 0)
  return /^\d{13}$/.test(gln) && sum % 10 === 0 ? null : 'must be 13 digits with the right check digit'
}
