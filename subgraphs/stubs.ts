/** Entities of other systems by their key: all that a system can say of a record that is not its own. */

/** An entity of another system by its id; null for none. */
export function stub(id: string | null): { readonly id: string } | null {
  return id === null ? null : { id }
}

/** The person behind a principal, for the directory to tell more of; null for an agent and for nobody. */
export function person(principal: string | null): { readonly principal: string } | null {
  return principal?.startsWith('person:') ? { principal } : null
}
