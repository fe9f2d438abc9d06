/** The roles of people, by key: those to whom a decision can be given. */
export type PeopleRole =
  | 'account-manager'
  | 'auditor'
  | 'change-manager'
  | 'developer'
  | 'finance-controller'
  | 'hr-manager'
  | 'plant-manager'
  | 'purchasing-manager'
  | 'security-engineer'
