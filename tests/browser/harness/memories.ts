/** Every WebAssembly memory of this page that is still in use; imported before anything makes one. */
const memories: WeakRef<WebAssembly.Memory>[] = []
const { instantiate } = WebAssembly
WebAssembly.instantiate = (async (...given: Parameters<typeof instantiate>) => {
  const made: unknown = await instantiate(...given)
  const { exports } =
    made instanceof WebAssembly.Instance ? made : (made as { instance: WebAssembly.Instance }).instance
  for (const each of Object.values(exports)) {
    if (each instanceof WebAssembly.Memory) memories.push(new WeakRef(each))
  }
  return made
}) as typeof instantiate

export function wasmBytes(): number {
  return wasmMemories().reduce((sum, bytes) => sum + bytes.byteLength, 0)
}

export function wasmMemories(): Uint8Array[] {
  return memories.map((each) => new Uint8Array(each.deref()?.buffer ?? new ArrayBuffer(0)))
}

declare global {
  var kbveMemories: typeof wasmMemories
}

globalThis.kbveMemories = wasmMemories
