/** Why a caller may ask. A role lists the purposes its holders may declare; `forPurpose` reads the declared one. */

export const purposes = {
  'customer-support': { title: 'Answer a customer who asked us something' },
  sales: { title: 'Win, keep or widen business with an account' },
  'incident-response': { title: 'Bring a disturbed service back' },
  'change-management': { title: 'Plan, approve or carry out a change' },
  'accounts-payable': { title: 'Check and pay what suppliers invoice' },
  'order-fulfilment': { title: 'Enter, make ready and ship what an account orders' },
  purchasing: { title: 'Buy what the company needs' },
  'financial-close': { title: 'Close the books of a period' },
  production: { title: 'Plan, run and follow production' },
  logistics: { title: 'Move goods, know where they are, and plan what will be needed' },
  personnel: { title: 'Hire, look after and part from people' },
  audit: { title: 'Examine what was done, by whom and why' },
  'security-investigation': { title: 'Find out what an identity did, and stop it' },
  development: { title: 'Build and test integrations' },
} as const satisfies Readonly<Record<string, { readonly title: string }>>

/** The name of a purpose in the registry. */
export type PurposeName = keyof typeof purposes
