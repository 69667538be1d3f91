/** To be imported before all else by the programs of the embedded stack: some libraries read variables when they are loaded. */
import { forgetOtherVariables } from './environment.ts'

forgetOtherVariables()
