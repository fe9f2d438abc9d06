/**
 * The registry of scopes: what each one opens, who answers for it, and which kinds of caller may ask for it when they lack
 * it. A field behind a scope that nobody may ask for does not exist for those without it.
 */
import type { Scope } from './engine/revision.ts'

export const scopes = {
  'crm:read': {
    title: 'Read accounts, opportunities, cases and activities',
    owner: 'sales operations',
    requestable: ['agent', 'person'],
  },
  'crm:contact': {
    title: 'Read how to reach the people at an account',
    owner: 'sales operations',
    requestable: ['agent', 'person'],
  },
  'crm:write': {
    title: 'Change accounts, contacts and opportunities',
    owner: 'sales operations',
    requestable: ['person'],
  },
  'crm:case:write': {
    title: 'Open, change and close cases, log activities',
    owner: 'customer service',
    requestable: ['agent', 'person'],
  },
  'itsm:read': {
    title: 'Read incidents, changes and configuration items',
    owner: 'service desk',
    requestable: ['agent', 'person'],
  },
  'itsm:incident:write': {
    title: 'Open and work on incidents',
    owner: 'service desk',
    requestable: ['agent', 'person'],
  },
  'itsm:change:write': {
    title: 'Plan changes and carry them out',
    owner: 'change management',
    requestable: ['person'],
  },
  'itsm:change:approve': { title: 'Approve changes', owner: 'change management', requestable: ['person'] },
  'finance:read': { title: 'Read invoices and suppliers', owner: 'accounting', requestable: ['agent', 'person'] },
  'finance:invoice:write': {
    title: 'Enter and dispute invoices',
    owner: 'accounting',
    requestable: [],
  },
  'finance:invoice:approve': {
    title: 'Approve invoices for payment',
    owner: 'accounting',
    requestable: ['person'],
  },
  'finance:payment:read': { title: 'Read payments', owner: 'treasury', requestable: ['person'] },
  'finance:payment:create': { title: 'Prepare payments', owner: 'treasury', requestable: [] },
  'finance:payment:release': {
    title: 'Release payments to the bank',
    owner: 'treasury',
    requestable: [],
  },
  'finance:journal:read': { title: 'Read journal entries', owner: 'accounting', requestable: [] },
  'finance:journal:post': { title: 'Post journal entries', owner: 'accounting', requestable: [] },
  'finance:bank:read': {
    title: 'Read the bank details of suppliers',
    owner: 'treasury',
    requestable: ['agent', 'person'],
  },
  'finance:bank:write': { title: 'Change the bank details of suppliers', owner: 'treasury', requestable: [] },
  'ledger:read': { title: 'Read the ledger', owner: 'internal audit', requestable: [] },
  'identity:revoke': { title: 'Revoke tokens and principals', owner: 'security', requestable: [] },
  'explorer:all': {
    title: 'See the whole schema in the explorer, without the right to use it',
    owner: 'security',
    requestable: [],
  },
} as const satisfies Readonly<Record<string, Scope>>

/** The name of a scope in the registry. */
export type ScopeName = keyof typeof scopes
