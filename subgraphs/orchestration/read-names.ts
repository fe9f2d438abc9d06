/** Texts, roles and principals that arguments name. */
import { invalid, principal, text } from '../inputs.ts'
import type { OrchestrationServices } from './services.ts'

/** A text with something in it. @throws `INVALID_INPUT` */
export function readText(argument: string, given: string, most: number): string {
  const problem = text(most)(given)
  if (problem !== null) throw invalid(argument, problem)
  return given.trim()
}

/** A role that there is. @throws `INVALID_INPUT` */
export function readRole(argument: string, key: string, { roles }: Pick<OrchestrationServices, 'roles'>): string {
  if (roles().has(key)) return key
  throw invalid(argument, `names no role that there is: \`${key.slice(0, 100)}\``)
}

interface Receiver {
  readonly role?: string | null
  readonly principal?: string | null
}

/** To whom a task goes: a role, a principal, or the principal with its role. @throws `INVALID_INPUT` */
export function readReceiver(
  { role, principal: id }: Receiver,
  services: Pick<OrchestrationServices, 'roles'>,
): { readonly role?: string; readonly principal?: string } {
  if (role == null && id == null) throw invalid('input', 'must name at least one of `role` and `principal`')
  const problem = id == null ? null : principal(id)
  if (problem !== null) throw invalid('input.principal', problem)
  return {
    ...(role == null ? {} : { role: readRole('input.role', role, services) }),
    ...(id == null ? {} : { principal: id }),
  }
}
