/** By this the console's formatter knows an inspection, from whichever copy of the package. Not enumerable. */
export const inspectionMark = /* @__PURE__ */ Symbol.for('@kbve/locker/inspection')
