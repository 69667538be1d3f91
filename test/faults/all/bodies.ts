import { faultCases } from '../cases/index.ts'
import { allCells, testCells } from '../matrix.ts'

testCells('fault matrix, bodies', allCells(faultCases.bodies))
