/** How the REST peer is mapped to the entities of the contract suite. */
export function restMapping(url: string, limits = ''): string {
  return `
kind: rest
url: ${url}
allow: [${new URL(url).host}]
options:
  openapi: /openapi.json
limits: {${limits}}
entities:
  Account:
    collection: accounts
    key: { fields: number, kind: int, format: 'acc-{key}' }
    version: { field: revision }
    fields:
      name: displayName
      tier:
        path: segment
        enum: { STRATEGIC: A, KEY: B, STANDARD: C, SMALL: D }
      annualRevenue: { path: finance.revenue, native: number, scale: 2 }
      currency: { constant: EUR }
      createdAt: { path: createdAt, readOnly: true }
      updatedAt: { path: createdAt, readOnly: true }
    paging: { size: 50 }
    mutations: { create: true, update: true }
    options:
      list:
        path: /v1/accounts
        items: data
        total: meta.total
        limit: limit
        offset: offset
        sort: { parameter: sort, fields: [number, displayName, finance.revenue, createdAt] }
        filters:
          number: { eq: numbers, in: numbers }
          displayName: { eq: name, contains: q }
          segment: { eq: segments, in: segments }
          finance.revenue: { gte: revenueFrom, lte: revenueTo, gt: revenueAbove, lt: revenueBelow, 'null': noRevenue }
      get: { path: '/v1/accounts/{number}' }
      create: { path: /v1/accounts }
      update: { path: '/v1/accounts/{number}', ifMatch: version }
  Contact:
    collection: contacts
    key: { fields: number, kind: int, format: 'con-{key}' }
    version: { field: revision }
    fields:
      accountId: { path: accountNumber, kind: int, reference: Account }
      firstName: given
      lastName: family
      createdAt: createdAt
      updatedAt: createdAt
    paging: { size: 50 }
    mutations: { create: true }
    options:
      list:
        path: /v1/contacts
        items: data
        limit: limit
        offset: offset
        sort: { parameter: sort, fields: [number, family] }
        filters:
          number: { eq: numbers, in: numbers }
          accountNumber: { eq: accountNumbers, in: accountNumbers }
      create: { path: /v1/contacts }
`
}
