/** What stands for `jose_inside.ts` in a bundle for browsers: they fetch the file. */
export const joseWasm = undefined
