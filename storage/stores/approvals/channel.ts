/** Where changes of requests for approval are announced; the message is the request's id. */
export const approvalsChannel = 'approvals:changed'
