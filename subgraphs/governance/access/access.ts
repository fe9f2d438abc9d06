/** Access beyond roles, as a part of the subgraph `governance`: requests, grants, certification. */
import { explained } from '../explained.ts'
import {
  campaignItems,
  certificationCampaign,
  certificationCampaigns,
  decideCampaignItem,
  startCampaign,
} from './campaigns.ts'
import { decideAccess, revokeGrant } from './decide-access.ts'
import { accessRequest, accessRequests, grants, myGrants } from './lists.ts'
import { requestAccess, withdrawAccessRequest } from './request-access.ts'

export const queries = {
  accessRequest: explained(accessRequest),
  accessRequests: explained(accessRequests),
  myGrants: explained(myGrants),
  grants: explained(grants),
  certificationCampaign: explained(certificationCampaign),
  certificationCampaigns: explained(certificationCampaigns),
}

export const mutations = {
  requestAccess: explained(requestAccess),
  withdrawAccessRequest: explained(withdrawAccessRequest),
  decideAccess: explained(decideAccess),
  revokeGrant: explained(revokeGrant),
  startCampaign: explained(startCampaign),
  decideCampaignItem: explained(decideCampaignItem),
}

export const types = { CertificationCampaign: { items: explained(campaignItems) } }
