/** What a role is: the responsibilities of its holders, the scopes these need, and the purposes they may declare. */
import type { RoleDefinition } from '../engine/revision.ts'
import type { PurposeName } from '../purposes.ts'
import type { ScopeName } from '../scopes.ts'

export interface Role extends RoleDefinition {
  readonly scopes: readonly ScopeName[]
  readonly purposes: readonly PurposeName[]
}
