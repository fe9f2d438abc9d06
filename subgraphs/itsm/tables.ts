/** How the service management system's entities lie in the tables of `storage/migrations/0110-itsm.ts`. */
import { numbered, type EntityDeclaration, type IdSeries } from '../sources/entity-table.ts'

export const itsmTables = {
  ConfigurationItem: {
    table: 'itsm.configuration_items',
    ids: numbered('itsm.configuration_item_ids', 'CI-', 4),
    fields: {
      name: 'folded',
      class: 'text',
      operationalStatus: 'text',
      environment: 'text',
      ownerId: 'text',
      supportGroup: 'text',
      location: 'text?',
      serialNumber: 'text?',
      accountId: 'text?',
    },
  },
  CiRelation: {
    table: 'itsm.ci_relations',
    ids: numbered('itsm.ci_relation_ids', 'rel-', 4),
    fields: { type: 'text', providerId: 'text', consumerId: 'text' },
  },
  Change: {
    table: 'itsm.changes',
    ids: recordNumber('itsm.change_ids', 'CHG', 30_000),
    fields: {
      type: 'text',
      state: 'text',
      shortDescription: 'folded',
      description: 'text?',
      justification: 'text?',
      implementationPlan: 'text?',
      backoutPlan: 'text?',
      risk: 'text',
      approval: 'text',
      approvedBy: 'text?',
      approvedAt: 'timestamp?',
      requestedBy: 'text',
      openedBy: 'text',
      assignmentGroup: 'text?',
      assignedTo: 'text?',
      configurationItemId: 'text?',
      plannedStart: 'timestamp?',
      plannedEnd: 'timestamp?',
      actualStart: 'timestamp?',
      actualEnd: 'timestamp?',
      closeCode: 'text?',
      closeNotes: 'text?',
    },
  },
  Incident: {
    table: 'itsm.incidents',
    ids: recordNumber('itsm.incident_ids', 'INC', 10_000),
    fields: {
      shortDescription: 'folded',
      description: 'text?',
      state: 'text',
      onHoldReason: 'text?',
      category: 'text',
      impact: 'text',
      urgency: 'text',
      priority: 'text',
      assignmentGroup: 'text?',
      assignedTo: 'text?',
      openedBy: 'text',
      callerId: 'text?',
      accountId: 'text?',
      configurationItemId: 'text?',
      caseId: 'text?',
      changeId: 'text?',
      closeCode: 'text?',
      closeNotes: 'text?',
      reopenCount: 'int',
      openedAt: 'timestamp',
      resolvedAt: 'timestamp?',
      closedAt: 'timestamp?',
    },
  },
  WorkNote: {
    table: 'itsm.work_notes',
    ids: numbered('itsm.work_note_ids', 'note-', 5),
    fields: { incidentId: 'text', kind: 'text', text: 'text', authorId: 'text' },
  },
} as const satisfies Readonly<Record<string, EntityDeclaration>>

/** Numbers as ServiceNow makes them: `INC0010001` is the first, whatever the sequence starts at. */
function recordNumber(sequence: string, prefix: string, before: number): IdSeries {
  const series = numbered(sequence, prefix, 7)
  return { sequence, format: (number, now) => series.format(number <= before ? before + number : number, now) }
}
