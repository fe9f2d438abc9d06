/** The list of protocols over HTTP that a connector file can name as its `kind`. */
import type { ConnectorKind } from './connected/connector-kind.ts'
import type { ConnectorKindName } from './mapping/connector-file.ts'
import { odata } from './odata.ts'
import { rest } from './rest.ts'
import { scim } from './scim.ts'
import { servicenow } from './servicenow.ts'

export const connectorKinds: Readonly<Record<Exclude<ConnectorKindName, 'postgres'>, ConnectorKind>> = {
  odata: odata,
  rest: rest,
  scim: scim,
  servicenow: servicenow,
}
