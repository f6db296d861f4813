/** WebKit has no Symbol.dispose yet. An application whose compiler makes use of `using` brings one along, and so do the
 *  tests: to be imported before a locker is made. */
if (Symbol.dispose === undefined) {
  Object.defineProperty(Symbol, 'dispose', { value: Symbol('Symbol.dispose') })
}

export {}
