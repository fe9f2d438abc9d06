/** The systems that groups give access to: as the tables write them, and as the contract does. */
import type { GroupSystem } from '../../storage/tables/hr.ts'

type Named = Uppercase<Exclude<GroupSystem, 'supply-chain'>> | 'SUPPLY_CHAIN'

/** The value of the contract's enum. */
export function systemName(system: GroupSystem | null): Named | null {
  return system === null ? null : (system.toUpperCase().replace('-', '_') as Named)
}

/** The value of the column. */
export function systemOf(name: Named): GroupSystem {
  return name.toLowerCase().replace('_', '-') as GroupSystem
}

export type { Named as SystemName }
