export const pagePolicy: string
export const outlookPolicy: string
export const pageHeader: string
export const outlookHeader: string
