/** The customer system as a subgraph: accounts, contacts, opportunities, cases and activities. */
import { defineSubgraph, recordReference, type SubgraphDeps } from '../define.ts'
import type { EntitySource } from '../sources/entity-source.ts'
import type { Subgraph } from '../subgraph.ts'
import { accountFields, createAccount, updateAccount } from './accounts.ts'
import { activityFields, completeActivity, createActivity } from './activities.ts'
import { addCaseComment, caseFields, createCase, transitionCase, updateCase } from './cases.ts'
import { contactFields, createContact, updateContact } from './contacts.ts'
import { createOpportunity, opportunityFields, transitionOpportunity, updateOpportunity } from './opportunities.ts'
import { queries } from './queries.ts'

const resolvers = {
  Query: queries,
  Mutation: {
    createAccount,
    updateAccount,
    createContact,
    updateContact,
    createOpportunity,
    updateOpportunity,
    transitionOpportunity,
    createCase,
    updateCase,
    transitionCase,
    addCaseComment,
    createActivity,
    completeActivity,
  },
  Account: accountFields,
  Contact: contactFields,
  Opportunity: opportunityFields,
  Case: caseFields,
  Activity: activityFields,
}

const entities = {
  Account: recordReference('Account'),
  Contact: recordReference('Contact'),
  Opportunity: recordReference('Opportunity'),
  Case: recordReference('Case'),
  Activity: recordReference('Activity'),
}

/** Makes the customer system over a source that has its entities (`tables.ts` declares them for PostgreSQL). */
export function createCrm(sdl: string, source: EntitySource, deps: SubgraphDeps): Subgraph {
  return defineSubgraph({ name: 'crm', sdl, resolvers, entities, source, services: {} }, deps)
}
