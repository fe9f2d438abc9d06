/** How the Table API peer is mapped to the entities of the contract suite. */
export function tableMapping(url: string, limits = ''): string {
  return `
kind: servicenow
url: ${url}
allow: [${new URL(url).host}]
auth: { type: basic, username: env:SN_USER, password: env:SN_PASSWORD }
limits: {${limits}}
entities:
  Account:
    collection: u_account
    key: { fields: sys_id, format: 'acc-{key}' }
    version: { field: sys_mod_count }
    fields:
      name: u_name
      tier: { path: u_tier, enum: { STRATEGIC: '1', KEY: '2', STANDARD: '3', SMALL: '4' } }
      annualRevenue: { path: u_revenue, scale: 2 }
      currency: { constant: EUR }
      createdAt: { path: sys_created_on, readOnly: true }
      updatedAt: { path: sys_updated_on, readOnly: true }
    mutations: { create: true, update: true }
    correlation: u_key
  Contact:
    collection: u_contact
    key: { fields: sys_id, format: 'con-{key}' }
    version: { field: sys_mod_count }
    fields:
      accountId: { path: u_account, reference: Account }
      firstName: u_first
      lastName: u_last
      createdAt: sys_created_on
      updatedAt: sys_updated_on
    mutations: { create: true }
`
}
