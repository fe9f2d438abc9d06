/** Configuration items and what depends on what; and what this system adds to an account of the crm. */
import { stub } from '../stubs.ts'
import {
  inStates,
  lastOpenedFirst,
  newestFirst,
  type CiRelationRecord,
  type IncidentListArgs,
  type InnerListArgs,
  type ItemRecord,
  type ItsmResolver,
} from './model.ts'

type ItemResolver<Args = unknown> = ItsmResolver<ItemRecord, Args>
type RelationResolver = ItsmResolver<CiRelationRecord>
type AccountResolver<Args = unknown> = ItsmResolver<{ readonly id: string }, Args>

export const itemFields = {
  account: (({ accountId }) => stub(accountId)) satisfies ItemResolver,
  upstream: (({ id }, { first }, { records }) =>
    records.list('CiRelation', 'consumerId', id, { first, sort: [] })) satisfies ItemResolver<InnerListArgs>,
  downstream: (({ id }, { first }, { records }) =>
    records.list('CiRelation', 'providerId', id, { first, sort: [] })) satisfies ItemResolver<InnerListArgs>,
  incidents: (({ id }, { first, states }, { records }) =>
    records.list('Incident', 'configurationItemId', id, {
      first,
      sort: [lastOpenedFirst],
      filter: inStates(states),
    })) satisfies ItemResolver<IncidentListArgs>,
  changes: (({ id }, { first }, { records }) =>
    records.list('Change', 'configurationItemId', id, {
      first,
      sort: [newestFirst],
    })) satisfies ItemResolver<InnerListArgs>,
}

export const relationFields = {
  provider: (({ providerId }, _, { records }) =>
    records.load('ConfigurationItem', providerId)) satisfies RelationResolver,
  consumer: (({ consumerId }, _, { records }) =>
    records.load('ConfigurationItem', consumerId)) satisfies RelationResolver,
}

export const accountFields = {
  incidents: (({ id }, { first, states }, { records }) =>
    records.list('Incident', 'accountId', id, {
      first,
      sort: [lastOpenedFirst],
      filter: inStates(states),
    })) satisfies AccountResolver<IncidentListArgs>,
  configurationItems: (({ id }, { first }, { records }) =>
    records.list('ConfigurationItem', 'accountId', id, {
      first,
      sort: [{ field: 'name', direction: 'ASC' }],
    })) satisfies AccountResolver<InnerListArgs>,
}
