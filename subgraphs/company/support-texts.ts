/** What customers write and what solved it, by the reason of a case; and the words of incidents, by category. */
import type { SeedRow } from './rows.ts'

export interface Trouble {
  readonly subject: string
  readonly text: string
  readonly solution: string
}

export const caseTexts: Readonly<Record<SeedRow<'crm.cases'>['reason'], readonly Trouble[]>> = {
  MALFUNCTION: [
    {
      subject: 'Handheld scanners lose connection',
      text: 'Since this morning several scanners lose the wireless connection after a few minutes and have to be restarted.',
      solution: 'The wireless profile was renewed on the devices.',
    },
    {
      subject: 'Labels come out blank',
      text: 'The label printer at dock 4 prints blank labels after the update. A restart did not help.',
      solution: 'The label template was loaded again.',
    },
    {
      subject: 'Order portal shows an error on checkout',
      text: 'Our planners get the message "temporarily unavailable" when they confirm an order. Others can work.',
      solution: 'A stuck session was removed; a fix is in the next release.',
    },
    {
      subject: 'Night export did not arrive',
      text: 'The stock file of last night is missing on our side. The one of the day before was fine.',
      solution: 'The transfer was started again, and an alarm was added.',
    },
  ],
  DELIVERY: [
    {
      subject: 'Two scanners missing in the delivery',
      text: 'We ordered twelve devices and received ten. The delivery note says twelve.',
      solution: 'The missing devices were sent by express.',
    },
    {
      subject: 'When will the spare batteries come?',
      text: 'The batteries were announced for last week. Please tell us a date, the night shift runs short.',
      solution: 'Delivered after a call to the carrier.',
    },
  ],
  BILLING: [
    {
      subject: 'Invoice shows the wrong order number',
      text: 'Our system rejects your last invoice, because the order number has one digit too many.',
      solution: 'A corrected invoice was sent.',
    },
    {
      subject: 'Question about the maintenance fee',
      text: 'The fee is higher than last year. Which devices does it cover?',
      solution: 'The list of devices was sent; the fee is right.',
    },
  ],
  HOW_TO: [
    {
      subject: 'How do we add a new warehouse?',
      text: 'We open a second hall in spring. What do we have to set up, and who does it?',
      solution: 'The guide was sent and a call was made.',
    },
    {
      subject: 'Permissions for temporary staff',
      text: 'We need logins for twenty temporary workers that end by themselves after six weeks.',
      solution: 'Explained how accounts expire.',
    },
  ],
  FEEDBACK: [
    {
      subject: 'The new screen is hard to read in the sun',
      text: 'On the loading ramp nobody can read the grey text. Could it have more contrast?',
      solution: 'Passed on to the product team.',
    },
  ],
}

export const incidentTexts = {
  HARDWARE: ['Device does not start', 'Battery drains within an hour', 'Screen is cracked'],
  SOFTWARE: ['Application closes without a message', 'Search gives no results', 'Report takes minutes'],
  NETWORK: ['Connection drops every few minutes', 'Site cannot be reached', 'Packet loss above 10 %'],
  DATABASE: ['Queries wait for locks', 'Disk is 90 % full', 'Replica is behind by an hour'],
  ACCESS: ['Login is refused', 'Group membership is missing', 'Password reset mail does not arrive'],
  INQUIRY: ['Asks for the maintenance window', 'Asks for a copy of the runbook'],
} as const satisfies Record<SeedRow<'itsm.incidents'>['category'], readonly string[]>

export const noteTexts = [
  'Looked at the logs; nothing unusual before the first report.',
  'Restarted the component; watching it.',
  'Could reproduce it on a device of ours.',
  'Vendor has been asked; ticket is open there.',
  'Waiting for the next occurrence with tracing switched on.',
] as const
