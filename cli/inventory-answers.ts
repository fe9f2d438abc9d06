/** What the subgraph `agents` answers about the inventory, read strictly. */
import { z } from 'zod'

const importReport = z.object({
  rows: z.number(),
  created: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  refused: z.number(),
  imported: z.boolean(),
  problemCount: z.number(),
  problems: z.array(
    z.object({
      line: z.number(),
      column: z.object({ name: z.string(), number: z.number() }).nullable(),
      problem: z.string(),
      mend: z.string(),
    }),
  ),
  newFindings: z.number(),
})

export type ImportAnswer = z.infer<typeof importReport>

export const importAnswer = z.object({ importPilots: z.object({ report: importReport.nullable() }) })

export const importMutation = `mutation InventoryImport($input: ImportPilotsInput!) {
  importPilots(input: $input) {
    report {
      rows created updated unchanged refused imported problemCount newFindings
      problems { line problem mend column { name number } }
    }
  }
}`

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() })

const pilot = z.object({
  id: z.string(),
  stage: z.string(),
  name: z.string(),
  department: z.string(),
  businessOwner: z.string().nullable(),
  technicalOwner: z.string().nullable(),
  purpose: z.string(),
  role: z.string().nullable(),
  responsibilities: z.array(z.string()),
  capabilities: z.array(z.string()),
  systems: z.array(z.string()),
  dataEntities: z.array(z.string()),
  dataClasses: z.array(z.string()),
  workflowSteps: z.array(z.string()),
  evidence: z.array(z.string()),
  platform: z.string().nullable(),
  model: z.string().nullable(),
  monthlyCost: z.string().nullable(),
  monthlyVolume: z.number().nullable(),
  riskTier: z.enum(['MINIMAL', 'LIMITED', 'HIGH', 'UNACCEPTABLE']).nullable(),
})

export type PilotAnswer = z.infer<typeof pilot>

export const pilotsAnswer = z.object({ page: z.object({ nodes: z.array(pilot), pageInfo }) })

export const pilotsQuery = `query InventoryList($filter: PilotFilter, $first: Int!, $after: String) {
  page: pilots(filter: $filter, first: $first, after: $after) {
    nodes {
      id stage name department businessOwner technicalOwner purpose role responsibilities capabilities systems
      dataEntities dataClasses workflowSteps evidence platform model monthlyCost monthlyVolume riskTier
    }
    pageInfo { hasNextPage endCursor }
  }
}`

const named = z.object({ id: z.string(), name: z.string(), department: z.string() })

const finding = z.object({
  id: z.string(),
  state: z.string(),
  strength: z.string(),
  score: z.number(),
  compared: z.number(),
  a: named,
  b: named,
  components: z.array(
    z.object({
      name: z.string(),
      score: z.number().nullable(),
      weight: z.number(),
      shared: z.array(z.string()),
      onlyA: z.array(z.string()),
      onlyB: z.array(z.string()),
    }),
  ),
})

export type FindingAnswer = z.infer<typeof finding>

export const findingsAnswer = z.object({ page: z.object({ nodes: z.array(finding), pageInfo }) })

export const findingsQuery = `query InventoryDuplicates($filter: DuplicateFindingFilter, $first: Int!, $after: String) {
  page: duplicateFindings(filter: $filter, first: $first, after: $after) {
    nodes {
      id state strength score compared a { id name department } b { id name department }
      components { name score weight shared onlyA onlyB }
    }
    pageInfo { hasNextPage endCursor }
  }
}`
