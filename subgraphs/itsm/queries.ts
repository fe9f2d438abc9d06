/** The root queries of service management: by number, by name, and page by page. */
import { byId, byName, pages, type Listing } from '../lookups.ts'
import { lastOpenedFirst, newestFirst } from './model.ts'

const incidents: Listing = {
  filter: {
    states: 'state',
    priorities: 'priority',
    categories: 'category',
    accountId: 'accountId',
    configurationItemId: 'configurationItemId',
    caseId: 'caseId',
    assignedTo: 'assignedTo',
    assignmentGroup: 'assignmentGroup',
    shortDescription: 'shortDescription',
    openedAt: 'openedAt',
  },
  sort: { NUMBER: 'id', PRIORITY: 'priority', OPENED_AT: 'openedAt', UPDATED_AT: 'updatedAt' },
  otherwise: lastOpenedFirst,
}

const changes: Listing = {
  filter: {
    states: 'state',
    types: 'type',
    risks: 'risk',
    configurationItemId: 'configurationItemId',
    assignedTo: 'assignedTo',
    plannedStart: 'plannedStart',
    shortDescription: 'shortDescription',
  },
  sort: { NUMBER: 'id', CREATED_AT: 'createdAt', UPDATED_AT: 'updatedAt' },
  otherwise: newestFirst,
}

const configurationItems: Listing = {
  filter: {
    classes: 'class',
    operationalStatuses: 'operationalStatus',
    environments: 'environment',
    accountId: 'accountId',
    name: 'name',
  },
  sort: { ID: 'id', NAME: 'name' },
  otherwise: { field: 'name', direction: 'ASC' },
}

export const queries = {
  incident: byId('Incident'),
  incidents: pages('Incident', incidents),
  change: byId('Change'),
  changes: pages('Change', changes),
  configurationItem: byId('ConfigurationItem'),
  configurationItemByName: byName('ConfigurationItem'),
  configurationItems: pages('ConfigurationItem', configurationItems),
}
