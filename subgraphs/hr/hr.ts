/** The people system: users, groups, positions, absences and pay, in the shapes of SCIM 2.0 (RFC 7643). */
import { defineSubgraph, recordReference, referenceItself, type SubgraphDeps } from '../define.ts'
import type { EntitySource } from '../sources/entity-source.ts'
import type { Subgraph } from '../subgraph.ts'
import { absenceFields, cancelAbsence, decideAbsence, requestAbsence } from './absences.ts'
import { deactivateUser, reactivateUser } from './employment.ts'
import { addGroupMember, createGroup, groupFields, memberFields, removeGroupMember } from './groups.ts'
import { changePay, payFields } from './pay.ts'
import { closePosition, fillPosition, openPosition, positionFields } from './positions.ts'
import { queries } from './queries.ts'
import { enterpriseFields, plantFields, userFields } from './users.ts'
import { createUser, updateUser } from './write-user.ts'

const resolvers = {
  Query: queries,
  Mutation: {
    createUser,
    updateUser,
    deactivateUser,
    reactivateUser,
    createGroup,
    addGroupMember,
    removeGroupMember,
    openPosition,
    fillPosition,
    closePosition,
    requestAbsence,
    decideAbsence,
    cancelAbsence,
    changePay,
  },
  User: userFields,
  EnterpriseUser: enterpriseFields,
  Group: groupFields,
  GroupMember: memberFields,
  Position: positionFields,
  Absence: absenceFields,
  Pay: payFields,
  Plant: plantFields,
}

const entities = {
  User: recordReference('User'),
  Group: recordReference('Group'),
  Position: recordReference('Position'),
  Plant: referenceItself,
}

/** Makes the people system over a source that has its entities (`tables.ts` declares them for PostgreSQL). */
export function createHr(sdl: string, source: EntitySource, deps: SubgraphDeps): Subgraph {
  return defineSubgraph({ name: 'hr', sdl, resolvers, entities, source, services: {} }, deps)
}
