/**
 * The registry of scopes: what each one opens, who answers for it and decides about requests, and which kinds of caller may ask
 * for it when they lack it. A field behind a scope that nobody may ask for does not exist for those without it.
 */
import type { Scope } from './engine/revision.ts'
import type { PeopleRole } from './roles/people.ts'

interface OwnedScope extends Scope {
  readonly decidedBy: PeopleRole
}

export const scopes = {
  'crm:read': {
    title: 'Read accounts, opportunities, cases and activities',
    owner: 'sales operations',
    decidedBy: 'account-manager',
    requestable: ['agent', 'person'],
  },
  'crm:contact': {
    title: 'Read how to reach the people at an account',
    owner: 'sales operations',
    decidedBy: 'account-manager',
    requestable: ['agent', 'person'],
  },
  'crm:write': {
    title: 'Change accounts, contacts and opportunities',
    owner: 'sales operations',
    decidedBy: 'account-manager',
    requestable: ['person'],
  },
  'crm:case:write': {
    title: 'Open, change and close cases, log activities',
    owner: 'customer service',
    decidedBy: 'account-manager',
    requestable: ['agent', 'person'],
  },
  'itsm:read': {
    title: 'Read incidents, changes and configuration items',
    owner: 'service desk',
    decidedBy: 'change-manager',
    requestable: ['agent', 'person'],
  },
  'itsm:incident:write': {
    title: 'Open and work on incidents',
    owner: 'service desk',
    decidedBy: 'change-manager',
    requestable: ['agent', 'person'],
  },
  'itsm:change:write': {
    title: 'Plan changes and carry them out',
    owner: 'change management',
    decidedBy: 'change-manager',
    requestable: ['person'],
  },
  'itsm:change:approve': {
    title: 'Approve changes',
    owner: 'change management',
    decidedBy: 'change-manager',
    requestable: ['person'],
  },
  'finance:read': {
    title: 'Read invoices and who sent them',
    owner: 'accounting',
    decidedBy: 'finance-controller',
    requestable: ['agent', 'person'],
  },
  'finance:invoice:write': {
    title: 'Enter and dispute invoices',
    owner: 'accounting',
    decidedBy: 'finance-controller',
    requestable: [],
  },
  'finance:invoice:approve': {
    title: 'Approve invoices for payment',
    owner: 'accounting',
    decidedBy: 'finance-controller',
    requestable: ['person'],
  },
  'finance:payment:read': {
    title: 'Read payments',
    owner: 'treasury',
    decidedBy: 'finance-controller',
    requestable: ['person'],
  },
  'finance:payment:create': {
    title: 'Prepare payments',
    owner: 'treasury',
    decidedBy: 'finance-controller',
    requestable: [],
  },
  'finance:payment:release': {
    title: 'Release payments to the bank',
    owner: 'treasury',
    decidedBy: 'finance-controller',
    requestable: [],
  },
  'finance:journal:read': {
    title: 'Read journal entries',
    owner: 'accounting',
    decidedBy: 'finance-controller',
    requestable: [],
  },
  'finance:journal:post': {
    title: 'Post journal entries',
    owner: 'accounting',
    decidedBy: 'finance-controller',
    requestable: [],
  },
  'finance:bank:read': {
    title: 'Read the bank details of suppliers',
    owner: 'treasury',
    decidedBy: 'finance-controller',
    requestable: ['agent', 'person'],
  },
  'finance:bank:write': {
    title: 'Change the bank details of suppliers',
    owner: 'treasury',
    decidedBy: 'finance-controller',
    requestable: [],
  },
  'erp:read': {
    title: 'Read plants, products, stock, sales orders and deliveries',
    owner: 'logistics',
    decidedBy: 'plant-manager',
    requestable: ['agent', 'person'],
  },
  'erp:cost:read': {
    title: 'Read what products cost us',
    owner: 'controlling',
    decidedBy: 'finance-controller',
    requestable: ['person'],
  },
  'erp:order:write': {
    title: 'Enter, change, block and cancel sales orders',
    owner: 'sales operations',
    decidedBy: 'account-manager',
    requestable: ['agent', 'person'],
  },
  'erp:delivery:write': {
    title: 'Make deliveries and post their goods issue',
    owner: 'logistics',
    decidedBy: 'plant-manager',
    requestable: ['person'],
  },
  'erp:stock:write': {
    title: 'Move stock, set its limits, and the life cycle of products',
    owner: 'logistics',
    decidedBy: 'plant-manager',
    requestable: ['person'],
  },
  'mes:read': {
    title: 'Read equipment, job orders, lots and quality results',
    owner: 'production',
    decidedBy: 'plant-manager',
    requestable: ['agent', 'person'],
  },
  'mes:job:write': {
    title: 'Plan and run job orders, book material',
    owner: 'production',
    decidedBy: 'plant-manager',
    requestable: ['person'],
  },
  'mes:quality:write': {
    title: 'Record quality results, hold and release lots',
    owner: 'quality management',
    decidedBy: 'plant-manager',
    requestable: ['person'],
  },
  'mes:downtime:write': {
    title: 'Record downtimes and set the state of equipment',
    owner: 'production',
    decidedBy: 'plant-manager',
    requestable: ['agent', 'person'],
  },
  'supply-chain:read': {
    title: 'Read shipments, locations, units, their events, and forecasts',
    owner: 'logistics',
    decidedBy: 'plant-manager',
    requestable: ['agent', 'person'],
  },
  'supply-chain:freight:read': {
    title: 'Read what freight costs',
    owner: 'logistics',
    decidedBy: 'plant-manager',
    requestable: ['person'],
  },
  'supply-chain:shipment:write': {
    title: 'Plan shipments and say where they stand',
    owner: 'logistics',
    decidedBy: 'plant-manager',
    requestable: ['person'],
  },
  'supply-chain:event:write': {
    title: 'Record what happens to goods, and declare records wrong',
    owner: 'logistics',
    decidedBy: 'plant-manager',
    requestable: [],
  },
  'supply-chain:forecast:write': {
    title: 'Draft and publish forecasts',
    owner: 'demand planning',
    decidedBy: 'plant-manager',
    requestable: ['agent', 'person'],
  },
  'hr:read': {
    title: 'Read the directory: names, titles, departments, groups, positions',
    owner: 'human resources',
    decidedBy: 'hr-manager',
    requestable: ['agent', 'person'],
  },
  'hr:contact': {
    title: 'Read how to reach colleagues',
    owner: 'human resources',
    decidedBy: 'hr-manager',
    requestable: ['agent', 'person'],
  },
  'hr:person:read': {
    title: 'Read employment: first and last day, absences, pay grades of positions',
    owner: 'human resources',
    decidedBy: 'hr-manager',
    requestable: ['person'],
  },
  'hr:pay:read': {
    title: 'Read what people are paid',
    owner: 'human resources',
    decidedBy: 'hr-manager',
    requestable: [],
  },
  'hr:person:write': {
    title: 'Enter and change people and positions',
    owner: 'human resources',
    decidedBy: 'hr-manager',
    requestable: ['person'],
  },
  'hr:access:write': {
    title: 'Give and take access by groups',
    owner: 'human resources',
    decidedBy: 'hr-manager',
    requestable: [],
  },
  'hr:absence:write': {
    title: 'Request, decide and cancel absences',
    owner: 'human resources',
    decidedBy: 'hr-manager',
    requestable: ['person'],
  },
  'hr:pay:write': {
    title: 'Change what people are paid',
    owner: 'human resources',
    decidedBy: 'hr-manager',
    requestable: [],
  },
  'procurement:read': {
    title: 'Read suppliers, contracts, requisitions, purchase orders and goods receipts',
    owner: 'purchasing',
    decidedBy: 'purchasing-manager',
    requestable: ['agent', 'person'],
  },
  'procurement:requisition:write': {
    title: 'Request that something is bought',
    owner: 'purchasing',
    decidedBy: 'purchasing-manager',
    requestable: ['agent', 'person'],
  },
  'procurement:requisition:decide': {
    title: 'Approve and reject requisitions',
    owner: 'purchasing',
    decidedBy: 'purchasing-manager',
    requestable: ['person'],
  },
  'procurement:order:write': {
    title: 'Make purchase orders and send them',
    owner: 'purchasing',
    decidedBy: 'purchasing-manager',
    requestable: [],
  },
  'procurement:order:release': {
    title: 'Release purchase orders',
    owner: 'purchasing',
    decidedBy: 'purchasing-manager',
    requestable: [],
  },
  'procurement:receipt:write': {
    title: 'Post goods receipts',
    owner: 'goods receiving',
    decidedBy: 'purchasing-manager',
    requestable: ['agent', 'person'],
  },
  'procurement:contract:write': {
    title: 'Draft, activate and end contracts with suppliers',
    owner: 'purchasing',
    decidedBy: 'purchasing-manager',
    requestable: ['person'],
  },
  'procurement:supplier:write': {
    title: 'Record and change suppliers',
    owner: 'purchasing',
    decidedBy: 'purchasing-manager',
    requestable: ['person'],
  },
  'agents:read': {
    title: 'Read agents, their keys, roles and budgets',
    owner: 'security',
    decidedBy: 'security-engineer',
    requestable: [],
  },
  'agents:write': {
    title: 'Register, approve, stop and retire agents, give them roles and keys',
    owner: 'security',
    decidedBy: 'security-engineer',
    requestable: [],
  },
  'inventory:read': {
    title: 'Read the inventory of pilots, the findings about them, and the figures of the portfolio',
    owner: 'automation office',
    decidedBy: 'security-engineer',
    requestable: ['person'],
  },
  'inventory:write': {
    title: 'Register, correct and import pilots',
    owner: 'automation office',
    decidedBy: 'security-engineer',
    requestable: ['person'],
  },
  'inventory:decide': {
    title: 'Review pilots, decide what becomes of them, and decide about duplicates',
    owner: 'automation office',
    decidedBy: 'security-engineer',
    requestable: [],
  },
  'flow:read': {
    title: 'See what the agents that one supervises have read',
    owner: 'security',
    decidedBy: 'security-engineer',
    requestable: [],
  },
  'flow:lift': {
    title: 'Lift what the agents that one supervises have read',
    owner: 'security',
    decidedBy: 'security-engineer',
    requestable: [],
  },
  'flow:all': {
    title: 'See what any agent has read; lift it as well, with `flow:lift`',
    owner: 'security',
    decidedBy: 'security-engineer',
    requestable: [],
  },
  'approval:decide': {
    title: 'Decide about acts that wait for people',
    owner: 'security',
    decidedBy: 'security-engineer',
    requestable: [],
  },
  'ledger:read': { title: 'Read the ledger', owner: 'internal audit', decidedBy: 'auditor', requestable: [] },
  'access:request': {
    title: 'Ask for access, and give it back',
    owner: 'security',
    decidedBy: 'security-engineer',
    requestable: [],
  },
  'access:decide': {
    title: 'Decide about requests for the data that one answers for, and take grants back',
    owner: 'security',
    decidedBy: 'security-engineer',
    requestable: [],
  },
  'access:review': {
    title: 'See all requests and grants, take grants back, and have them certified',
    owner: 'security',
    decidedBy: 'security-engineer',
    requestable: [],
  },
  'identity:revoke': {
    title: 'Revoke tokens and principals',
    owner: 'security',
    decidedBy: 'security-engineer',
    requestable: [],
  },
  'stop:engage': {
    title: 'Stop agents, operations and systems',
    owner: 'security',
    decidedBy: 'security-engineer',
    requestable: [],
  },
  'stop:release': { title: 'Release stops', owner: 'security', decidedBy: 'security-engineer', requestable: [] },
  'explorer:all': {
    title: 'See the whole schema in the explorer, without the right to use it',
    owner: 'security',
    decidedBy: 'security-engineer',
    requestable: [],
  },
} as const satisfies Readonly<Record<string, OwnedScope>>

/** The name of a scope in the registry. */
export type ScopeName = keyof typeof scopes
