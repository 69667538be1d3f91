/** Each fault with one list; all of them with all lists: `npm run test:faults`. */
import { faultCases } from './cases/index.ts'
import { someCells, testCells } from './matrix.ts'

testCells('fault matrix, a part', someCells(Object.values(faultCases).flat()))
