/** The company itself, as its invoices name it: the seller of what it sells, the buyer of what it buys. */
export const house = {
  name: 'Havelberg Systems GmbH',
  vatIdentifier: 'DE999123456',
  country: 'DE',
  currency: 'EUR',
} as const
