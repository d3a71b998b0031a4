/**
 * Types that several modules speak of. There is no code here: nothing is joined from it.
 *
 * @typedef {{h: number, w: number, d: Float64Array}} Matrix height, width, and the values in row-major order
 * @typedef {{h: number, w: number, d: Float32Array}} SingleMatrix the same in single precision, as trained networks have it
 * @typedef {Matrix | SingleMatrix} AnyMatrix
 * @typedef {[number, number]} Pair rows and columns
 * @typedef {{padding: Pair, stride: Pair, dilation: Pair}} Settings of sliding windows; padding counts per side
 *
 * @typedef {{key: string, params: Record<string, any>}} Refusal why something is impossible, as something to say: a key of
 *   the vocabulary and its parameters, which may be such things themselves
 * @typedef {Refusal & {where?: string}} PlacedRefusal and the name of the field or grid that it is about
 * @typedef {(name: string, refusal: PlacedRefusal | null) => void} Refuse lets a refusal stand under a name, or settles it with null
 *
 * @typedef {Record<string, any>} Values of a state, by the names of its traits
 * @typedef {{get: (name: string) => any, set: (name: string, value: any) => void, save_changes: () => void,
 *   on: (name: string, listener: () => void) => void, off: (name: string, listener: () => void) => void,
 *   static?: boolean}} Model anywidget's, or the one of a page without a kernel, which is `static`
 */
