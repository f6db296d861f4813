// A script of the older kind: node takes the package from require() as well.
const { createLocker } = require('@kbve/locker')
const { loadJose, decodeJwt } = require('@kbve/locker/jose')

const locker = createLocker()
Promise.all([locker.ready, loadJose()]).then(([{ state }]) => {
  console.log(JSON.stringify({ state, decodeJwt: typeof decodeJwt }))
})
