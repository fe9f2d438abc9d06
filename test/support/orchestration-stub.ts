/** The part of the control plane that runs workflows, for suites in which nothing does: whoever asks it all the same is told. */
import type { ControlPlane } from '../../subgraphs/control-plane.ts'

const nobody = new Proxy({} as NonNullable<ControlPlane['orchestration']>, {
  get: (_target, name) => {
    throw new Error(`Nothing runs workflows here, and \`${String(name)}\` was asked for.`)
  },
})

export const nothingRuns: Pick<ControlPlane, 'orchestration' | 'publishEnvironment'> = {
  orchestration: nobody,
  publishEnvironment: () => Promise.reject(new Error('Nothing is published here.')),
}
