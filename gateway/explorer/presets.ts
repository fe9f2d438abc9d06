/**
 * The examples of the explorer: what the demo identities do in a day, over the generated company. The first one opens at the
 * start. A test holds them to the composed schema.
 */
import { newKey, type Preset } from './options.ts'

export const presets: readonly Preset[] = Object.freeze([
  {
    name: 'three-systems',
    title: 'One customer across three systems',
    as: 'support-agent',
    query: `# One request, three systems: CRM, service desk, finance.
query CustomerAtAGlance($id: ID!) {
  account(id: $id) {
    name
    tier
    cases(first: 3) {
      id
      subject
      status
    }
    incidents(first: 3) {
      number
      shortDescription
      priority
      state
    }
    invoices(first: 3) {
      id
      status
      dueDate
    }
  }
}
`,
    variables: { id: 'acc-0001' },
  },
  {
    name: 'account-by-email',
    title: 'Find an account by the e-mail of a contact',
    as: 'support-agent',
    query: `query WhoWrites($email: String!) {
  contactByEmail(email: $email) {
    id
    name
    email
    title
    account {
      id
      name
      ownerId
    }
    cases(first: 5) {
      id
      subject
      status
    }
  }
}
`,
    variables: { email: 'erika.brandt@nordwind-logistics.example' },
  },
  {
    name: 'open-incidents',
    title: 'List open incidents, the most urgent first',
    as: 'it-ops-agent',
    query: `query OpenIncidents($first: Int!, $after: String) {
  incidents(
    first: $first
    after: $after
    filter: { states: [NEW, IN_PROGRESS] }
    sort: { field: PRIORITY, direction: ASC }
  ) {
    totalCount
    nodes {
      number
      shortDescription
      priority
      state
      assignmentGroup
      configurationItem {
        name
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
    variables: { first: 10, after: null },
  },
  {
    name: 'create-incident',
    title: 'Open an incident for a customer',
    as: 'support-agent',
    query: `# Run it twice: the idempotency key is the same, so there
# is one incident, and the second answer says \`replayed\`.
mutation OpenIncident($input: CreateIncidentInput!) {
  createIncident(input: $input) {
    replayed
    incident {
      number
      state
      priority
      assignmentGroup
    }
  }
}
`,
    variables: {
      input: {
        idempotencyKey: newKey,
        shortDescription: 'Handheld scanners in hall 3 lose the wireless connection',
        description:
          'About forty devices since the early shift; it began after the wireless controller restarted at 05:40.',
        category: 'NETWORK',
        impact: 'MEDIUM',
        urgency: 'HIGH',
        accountId: 'acc-0001',
        callerId: 'con-00001',
        caseId: 'case-0001',
        configurationItemId: 'CI-0001',
      },
    },
  },
  {
    name: 'bank-details',
    title: 'A refusal: the bank details of a supplier',
    as: 'support-agent',
    query: `# Refused before anything is fetched. The answer names the
# missing scope, its owner and the next step.
query SupplierBankDetails($id: ID!) {
  supplier(id: $id) {
    name
    bankDetails {
      iban
      bic
      accountHolder
    }
  }
}
`,
    variables: { id: 'sup-001' },
  },
  {
    name: 'invoices-to-pay',
    title: 'Purchase invoices that wait for a decision, held against order and receipts',
    as: 'finance-agent',
    query: `query InvoicesToPay($first: Int!) {
  invoices(
    first: $first
    filter: { direction: PURCHASE, statuses: [RECEIVED, MATCHED] }
    sort: { field: DUE_DATE, direction: ASC }
  ) {
    totalCount
    nodes {
      id
      number
      status
      dueDate
      grossTotal
      currency
      supplier {
        name
      }
      threeWayMatch {
        verdict
        differences {
          lineNumber
          explanation
        }
      }
    }
  }
}
`,
    variables: { first: 10 },
  },
  {
    name: 'orders-to-release',
    title: 'Purchase orders that wait for a release',
    as: 'bernd.osthoff',
    query: `query OrdersToRelease($first: Int!) {
  purchaseOrders(
    first: $first
    filter: { statuses: [IN_RELEASE] }
    sort: { field: NET_TOTAL, direction: DESC }
  ) {
    totalCount
    nodes {
      id
      version
      netTotal
      currency
      buyerId
      supplier {
        name
        status
      }
      contract {
        id
        validTo
      }
      items(first: 5) {
        itemNumber
        description
        quantity
        netPrice
      }
    }
  }
}
`,
    variables: { first: 10 },
  },
  {
    name: 'who-read',
    title: 'Ask the ledger who read e-mail addresses',
    as: 'lena.fischer',
    query: `query WhoRead($coordinate: String!, $first: Int!) {
  ledgerAccesses(coordinate: $coordinate, first: $first) {
    nodes {
      at
      principal
      onBehalfOf
      verb
      delivered
      operation
      requestId
    }
  }
}
`,
    variables: { coordinate: 'Contact.email', first: 20 },
  },
  {
    name: 'introspection',
    title: 'The schema that this identity sees',
    as: 'support-agent',
    query: `# Explore as somebody else and run it again:
# the list follows the mandate.
query WhatIsThere {
  __schema {
    queryType {
      fields {
        name
        description
      }
    }
    mutationType {
      fields {
        name
        description
      }
    }
  }
}
`,
    variables: {},
  },
])
