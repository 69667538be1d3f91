export { accountSync } from './account-sync.ts'
