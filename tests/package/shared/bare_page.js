/** The jobs without React. */
import { jobs } from './job.js'

globalThis.package = jobs()
