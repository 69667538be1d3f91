import { faultCases } from '../cases/index.ts'
import { allCells, testCells } from '../matrix.ts'

testCells('fault matrix, answers', allCells(faultCases.answers))
