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
  'finance:read': { title: 'Read invoices and who sent them', owner: 'accounting', requestable: ['agent', 'person'] },
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
  'erp:read': {
    title: 'Read plants, products, stock, sales orders and deliveries',
    owner: 'logistics',
    requestable: ['agent', 'person'],
  },
  'erp:cost:read': { title: 'Read what products cost us', owner: 'controlling', requestable: ['person'] },
  'erp:order:write': {
    title: 'Enter, change, block and cancel sales orders',
    owner: 'sales operations',
    requestable: ['agent', 'person'],
  },
  'erp:delivery:write': {
    title: 'Make deliveries and post their goods issue',
    owner: 'logistics',
    requestable: ['person'],
  },
  'erp:stock:write': {
    title: 'Move stock, set its limits, and the life cycle of products',
    owner: 'logistics',
    requestable: ['person'],
  },
  'mes:read': {
    title: 'Read equipment, job orders, lots and quality results',
    owner: 'production',
    requestable: ['agent', 'person'],
  },
  'mes:job:write': {
    title: 'Plan and run job orders, book material',
    owner: 'production',
    requestable: ['person'],
  },
  'mes:quality:write': {
    title: 'Record quality results, hold and release lots',
    owner: 'quality management',
    requestable: ['person'],
  },
  'mes:downtime:write': {
    title: 'Record downtimes and set the state of equipment',
    owner: 'production',
    requestable: ['agent', 'person'],
  },
  'supply-chain:read': {
    title: 'Read shipments, locations, units, their events, and forecasts',
    owner: 'logistics',
    requestable: ['agent', 'person'],
  },
  'supply-chain:freight:read': { title: 'Read what freight costs', owner: 'logistics', requestable: ['person'] },
  'supply-chain:shipment:write': {
    title: 'Plan shipments and say where they stand',
    owner: 'logistics',
    requestable: ['person'],
  },
  'supply-chain:event:write': {
    title: 'Record what happens to goods, and declare records wrong',
    owner: 'logistics',
    requestable: [],
  },
  'supply-chain:forecast:write': {
    title: 'Draft and publish forecasts',
    owner: 'demand planning',
    requestable: ['agent', 'person'],
  },
  'hr:read': {
    title: 'Read the directory: names, titles, departments, groups, positions',
    owner: 'human resources',
    requestable: ['agent', 'person'],
  },
  'hr:contact': {
    title: 'Read how to reach colleagues',
    owner: 'human resources',
    requestable: ['agent', 'person'],
  },
  'hr:person:read': {
    title: 'Read employment: first and last day, absences, pay grades of positions',
    owner: 'human resources',
    requestable: ['person'],
  },
  'hr:pay:read': { title: 'Read what people are paid', owner: 'human resources', requestable: [] },
  'hr:person:write': {
    title: 'Enter and change people and positions',
    owner: 'human resources',
    requestable: ['person'],
  },
  'hr:access:write': { title: 'Give and take access by groups', owner: 'human resources', requestable: [] },
  'hr:absence:write': {
    title: 'Request, decide and cancel absences',
    owner: 'human resources',
    requestable: ['person'],
  },
  'hr:pay:write': { title: 'Change what people are paid', owner: 'human resources', requestable: [] },
  'procurement:read': {
    title: 'Read suppliers, contracts, requisitions, purchase orders and goods receipts',
    owner: 'purchasing',
    requestable: ['agent', 'person'],
  },
  'procurement:requisition:write': {
    title: 'Request that something is bought',
    owner: 'purchasing',
    requestable: ['agent', 'person'],
  },
  'procurement:requisition:decide': {
    title: 'Approve and reject requisitions',
    owner: 'purchasing',
    requestable: ['person'],
  },
  'procurement:order:write': { title: 'Make purchase orders and send them', owner: 'purchasing', requestable: [] },
  'procurement:order:release': { title: 'Release purchase orders', owner: 'purchasing', requestable: [] },
  'procurement:receipt:write': {
    title: 'Post goods receipts',
    owner: 'goods receiving',
    requestable: ['agent', 'person'],
  },
  'procurement:contract:write': {
    title: 'Draft, activate and end contracts with suppliers',
    owner: 'purchasing',
    requestable: ['person'],
  },
  'procurement:supplier:write': {
    title: 'Record and change suppliers',
    owner: 'purchasing',
    requestable: ['person'],
  },
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
