/** How the SCIM peer is mapped to the entities of the contract suite: accounts are its users, contacts its groups. */
import { groupExtension, userExtension } from './service.ts'

/** The connector file. */
export function scimMapping(url: string, limits = 'timeoutMs: 5000'): string {
  return `
kind: scim
url: ${url}
allow: ['${new URL(url).host}']
auth: { type: bearer, token: env:SCIM_TOKEN }
limits: { ${limits} }
options:
  sort: true
  etag: true
  maxResults: 20
  extensions: { peerUser: '${userExtension}', peerGroup: '${groupExtension}' }
entities:
  Account:
    collection: Users
    key: { fields: id, format: 'acc-{key}' }
    version: { etag: true }
    mutations: { create: true, update: true }
    correlation: externalId
    paging: { size: 20 }
    fields:
      createdAt: { path: meta.created, readOnly: true }
      updatedAt: { path: meta.lastModified, readOnly: true }
      name: userName
      tier: { path: userType, enum: { STRATEGIC: A, KEY: B, STANDARD: C, SMALL: D } }
      annualRevenue: { path: peerUser.annualRevenue, scale: 2 }
      currency: { constant: EUR }
    options: { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'] }
  Contact:
    collection: Groups
    key: { fields: id, format: 'con-{key}' }
    version: { etag: true }
    mutations: { create: true }
    clientSide: { rows: 200 }
    fields:
      createdAt: { path: meta.created, readOnly: true }
      updatedAt: { path: meta.lastModified, readOnly: true }
      accountId: { path: peerGroup.accountId, reference: Account }
      firstName: peerGroup.firstName
      lastName: displayName
    options: { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'] }
`
}
