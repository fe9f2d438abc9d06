/** The root queries of the people system: by id, by the names that people go by, and page by page. */
import { readFilter, readSort } from '../listing.ts'
import { byField, byId, pages, type ListArgs, type Listing } from '../lookups.ts'
import { systemOf, type SystemName } from './group-systems.ts'
import { byDisplayName, byTitle, latestFirst, type HrResolver } from './model.ts'

const users: Listing = {
  filter: {
    active: 'active',
    userTypes: 'userType',
    displayName: 'displayName',
    title: 'title',
    department: 'department',
    managerId: 'managerId',
    plantId: 'plantId',
    positionId: 'positionId',
    countryCode: 'countryCode',
    principals: 'principal',
    hireDate: 'hireDate',
    leaveDate: 'leaveDate',
  },
  sort: { ID: 'id', USER_NAME: 'userName', DISPLAY_NAME: 'displayName', HIRE_DATE: 'hireDate' },
  otherwise: byDisplayName,
}

const groups: Listing = {
  filter: { displayName: 'displayName', systems: 'system', ownerId: 'ownerId' },
  sort: { ID: 'id', DISPLAY_NAME: 'displayName' },
  otherwise: byDisplayName,
}

const positions: Listing = {
  filter: {
    statuses: 'status',
    title: 'title',
    department: 'department',
    plantId: 'plantId',
    reportsToId: 'reportsToId',
  },
  sort: { ID: 'id', TITLE: 'title' },
  otherwise: byTitle,
}

const absences: Listing = {
  filter: { statuses: 'status', types: 'type', userId: 'userId', fromDate: 'fromDate', toDate: 'toDate' },
  sort: { ID: 'id', FROM_DATE: 'fromDate', CREATED_AT: 'createdAt' },
  otherwise: latestFirst,
}

export const queries = {
  user: byId('User'),
  userByUserName: byField('User', 'userName'),
  userByPrincipal: byField('User', 'principal'),
  users: pages('User', users),
  group: byId('Group'),
  groupByDisplayName: byField('Group', 'displayName'),
  groups: ((_, { first, after, filter, sort }, { records }) => {
    const named = filter?.['systems'] as readonly SystemName[] | null | undefined
    const columns = named ? { ...filter, systems: named.map(systemOf) } : filter
    return records.page('Group', {
      first,
      after,
      filter: readFilter(columns, groups.filter),
      sort: readSort(sort, groups.sort, groups.otherwise),
    })
  }) satisfies HrResolver<unknown, ListArgs>,
  position: byId('Position'),
  positions: pages('Position', positions),
  absence: byId('Absence'),
  absences: pages('Absence', absences),
}
