/** Customers write: two whom we know, then one whom nobody knows. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { assess } from '../agents/handlers/assess.ts'
import { understand } from '../agents/handlers/understand.ts'
import { readEmail } from '../support/email.ts'
import type { Plan } from './plan.ts'

const folder = path.join(import.meta.dirname, 'mail')

export function customerEmail(newId: () => string): Plan {
  return {
    workflow: 'customer-email',
    starter: 'support-agent',
    agents: ['support-agent', 'it-ops-agent'],
    people: [
      {
        identity: 'maria.keller',
        role: 'account-manager',
        tasks: {
          identify: () => ({ contactId: null, accountId: null, ownerId: null }),
          followUp: () => ({ agreed: 'We call them back today, and tell them what we have found.' }),
          understand,
        },
      },
      { identity: 'ana.silva', role: 'change-manager', tasks: { assess } },
    ],
    inputs: (_client, count) => Promise.resolve(emails(count, newId)),
  }
}

/** As many e-mails as are asked for; the same ones come again under new ids. */
function emails(count: number, newId: () => string): readonly object[] {
  const files = readdirSync(folder).sort()
  return Array.from({ length: count }, (_, index) => {
    const file = files[index % files.length] ?? ''
    const { from, subject, body } = readEmail(readFileSync(path.join(folder, file), 'utf8'))
    return { messageId: `<${newId().slice(-6)}.${index + 1}@mail.example>`, from, subject, text: body }
  })
}
