/** The card of an agent, by which other agents find it: the AgentCard of A2A 1.0. */
import type { RoleDefinition } from '../../../policies/engine/revision.ts'
import type { Agent } from '../../../storage/stores/agents.ts'

/** What an agent can be asked for: a responsibility or a workflow of one of its roles. */
interface Skill {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
}

/** The card as an object; `roles` are those that the agent holds now. */
export function agentCard({ name, description, version, a2aUrl }: Agent, roles: readonly RoleDefinition[]) {
  return {
    name,
    description,
    version: `${version}`,
    supportedInterfaces: a2aUrl === null ? [] : [{ url: a2aUrl, protocolBinding: 'JSONRPC', protocolVersion: '1.0' }],
    capabilities: { streaming: false, pushNotifications: false },
    defaultInputModes: ['application/json', 'text/plain'],
    defaultOutputModes: ['application/json', 'text/plain'],
    skills: roles.flatMap(skillsOf),
  }
}

function skillsOf({ key, title, responsibilities, workflows = [] }: RoleDefinition): readonly Skill[] {
  return [
    ...responsibilities.map((responsibility, index) => ({
      id: `${key}/responsibility-${index + 1}`,
      name: responsibility,
      description: `${title}: ${responsibility}.`,
      tags: [key, 'responsibility'],
    })),
    ...workflows.map((workflow) => ({
      id: `${key}/${workflow}`,
      name: workflow,
      description: `${title}: takes part in the workflow ${workflow}.`,
      tags: [key, 'workflow'],
    })),
  ]
}
