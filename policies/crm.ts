/** Permissions on customers: accounts, the people there, opportunities, cases, activities. */
import type { Rules } from './rules.ts'
import {
  all,
  any,
  argumentAbsent,
  argumentOneOf,
  callerIs,
  callerMay,
  forPurpose,
  not,
  ownRecord,
  recordWhere,
} from './vocabulary.ts'

const read = callerMay('crm:read')
const contact = callerMay('crm:contact')
const write = callerMay('crm:write')
const workOnCases = callerMay('crm:case:write')

/** People reach the private number of somebody as they must; an agent says why it wants to. */
const forReaching = any(callerIs('person'), forPurpose('customer-support', 'sales'))

/** People change what is theirs; agents work for the whole team. */
const ownAccount = any(callerIs('agent'), ownRecord('ownerId', { of: 'Account', id: 'input.id' }))
const ownOpportunity = any(callerIs('agent'), ownRecord('ownerId', { of: 'Opportunity', id: 'input.id' }))

/** Who answers for an account, and how important it is, people decide. */
const leavesOwnershipAlone = any(callerIs('person'), all(argumentAbsent('input.tier'), argumentAbsent('input.ownerId')))

/** A list sorted or filtered by what one may not read would tell it all the same. */
const asksNoRevenue = all(
  argumentAbsent('filter.annualRevenue'),
  any(argumentAbsent('sort'), not(argumentOneOf('sort.field', ['ANNUAL_REVENUE']))),
)
const asksNoPersonalData = all(
  argumentAbsent('filter.email'),
  argumentAbsent('filter.lastName'),
  any(argumentAbsent('sort'), not(argumentOneOf('sort.field', ['LAST_NAME']))),
)

const openCase = recordWhere('cases that are not closed', ['status'], (record) => record.status !== 'CLOSED', {
  of: 'Case',
  id: 'input.id',
})

export const crm: Rules<'crm'> = {
  Query: {
    '*': read,
    accounts: any(write, asksNoRevenue),
    contactByEmail: contact,
    contacts: any(contact, asksNoPersonalData),
  },
  Mutation: {
    createAccount: write,
    updateAccount: all(write, ownAccount, leavesOwnershipAlone),
    createContact: all(write, contact),
    updateContact: all(write, contact),
    createOpportunity: write,
    updateOpportunity: all(write, ownOpportunity),
    transitionOpportunity: all(write, ownOpportunity),
    createCase: workOnCases,
    updateCase: all(workOnCases, openCase),
    transitionCase: workOnCases,
    addCaseComment: workOnCases,
    createActivity: any(workOnCases, write),
    completeActivity: any(workOnCases, write),
  },

  Account: {
    '*': read,
    annualRevenue: any(write, ownRecord('ownerId')),
  },
  AccountAddress: { '*': read },
  Contact: {
    '*': read,
    firstName: contact,
    lastName: contact,
    name: contact,
    email: contact,
    phone: contact,
    mobilePhone: all(contact, forReaching),
  },
  Opportunity: { '*': read },
  Case: { '*': read },
  CaseComment: { '*': read },
  Activity: { '*': read },

  AccountConnection: { '*': read },
  AccountEdge: { '*': read },
  ContactConnection: { '*': read },
  ContactEdge: { '*': read },
  OpportunityConnection: { '*': read },
  OpportunityEdge: { '*': read },
  CaseConnection: { '*': read },
  CaseEdge: { '*': read },
  ActivityConnection: { '*': read },
  ActivityEdge: { '*': read },

  AccountPayload: { '*': read },
  ContactPayload: { '*': read },
  OpportunityPayload: { '*': read },
  CasePayload: { '*': read },
  CaseCommentPayload: { '*': read },
  ActivityPayload: { '*': read },
}
