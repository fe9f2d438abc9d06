/** The part of the control plane that runs workflows, for measurements in which nothing does. */
import type { ControlPlane } from '../subgraphs/control-plane.ts'

const nothing = () => Promise.reject(new Error('No workflow runs here.'))

export const nothingRuns: Pick<ControlPlane, 'orchestration' | 'publishEnvironment'> = {
  orchestration: {} as ControlPlane['orchestration'],
  publishEnvironment: nothing,
}
