/**
 * The messages of errors as the sources have them, by code. A part that is only known at run time becomes `…`. Followed
 * are literals, templates, a `const` that holds the message, and functions of one file that put a sentence around theirs.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { project } from '../paths.mjs'

function* sourcesUnder(folder, pattern) {
  for (const entry of readdirSync(join(project, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* sourcesUnder(path, pattern)
    else if (pattern.test(entry.name)) yield readFileSync(join(project, path), 'utf8')
  }
}

/** The text of a literal that begins at `from`, and where it ends. `${…}` of a template becomes `…`. */
function literalAt(text, from) {
  const quote = text[from]
  let said = ''
  let i = from + 1
  while (i < text.length && text[i] !== quote) {
    if (text[i] === '\\') said += text[++i]
    else if (quote === '`' && text.startsWith('${', i)) {
      i = endOfBraces(text, i + 1)
      said += '…'
    } else said += text[i]
    i++
  }
  return { said, end: i + 1 }
}

/** Where the brace that opens at `from` closes; literals inside may hold braces of their own. */
function endOfBraces(text, from) {
  let depth = 0
  for (let i = from; i < text.length; i++) {
    if (/['"`]/.test(text[i])) i = literalAt(text, i).end - 1
    else if (text[i] === '{') depth++
    else if (text[i] === '}' && --depth === 0) return i
  }
  return text.length
}

/** The argument or operand at `from`: up to the comma, bracket, `;` or `:` that ends it. */
function operandAt(text, from) {
  let depth = 0
  for (let i = from; i < text.length; i++) {
    if (/['"`]/.test(text[i])) i = literalAt(text, i).end - 1
    else if (/[([{]/.test(text[i])) depth++
    else if (depth > 0 && /[)\]}]/.test(text[i])) depth--
    else if (depth === 0 && /[,)\]};]/.test(text[i])) return text.slice(from, i)
  }
  return text.slice(from)
}

/** The rest of a statement: up to the line that begins the next one. */
function statementAt(text, from) {
  let depth = 0
  for (let i = from; i < text.length; i++) {
    if (/['"`]/.test(text[i])) i = literalAt(text, i).end - 1
    else if (/[([{]/.test(text[i])) depth++
    else if (/[)\]}]/.test(text[i])) depth--
    const next =
      text[i] === '\n' &&
      depth <= 0 &&
      /^(?:\n|\s*(?:throw|return|const|if|for|this|limit|\}))/.test(text.slice(i + 1))
    if (next || depth < 0) return text.slice(from, i)
  }
  return text.slice(from)
}

/** Both ways of `a ? b : c`, or the one that there is. */
function branches(expression) {
  let depth = 0
  const cuts = []
  for (let i = 0; i < expression.length; i++) {
    const sign = expression[i]
    if (/['"`]/.test(sign)) i = literalAt(expression, i).end - 1
    else if (/[([{]/.test(sign)) depth++
    else if (/[)\]}]/.test(sign)) depth--
    else if (depth === 0 && expression.slice(i, i + 2) === '::') i++
    else if (depth === 0 && /[?:]/.test(sign) && !/[.?]/.test(expression[i + 1])) cuts.push(i)
  }
  if (cuts.length === 0) return [expression]
  return cuts.map((at, i) => expression.slice(at + 1, cuts[i + 1]))
}

/** Literals one after another are one text; what stands between them is `…`, or `given[name]`. */
function textOf(expression, given = {}) {
  const plain = expression.replaceAll(/std::string\(|\.append\(/g, ' ')
  let said = ''
  let i = 0
  while (i < plain.length) {
    if (/['"`]/.test(plain[i])) {
      const { said: more, end } = literalAt(plain, i)
      said += more
      i = end
      continue
    }
    const [between] = /^[^'"`]+/.exec(plain.slice(i))
    i += between.length
    for (const name of between.replaceAll(/\([^()]*\)/g, '').match(/[A-Za-z_][\w.:>-]*/g) ?? [])
      said += given[name] ?? '…'
  }
  return said.replaceAll(/…+/g, '…')
}

const sentence = /^[A-Z…"].*[.!…]"?$/s

/** Messages in TypeScript. */
function inTypeScript(text, add) {
  for (const found of text.matchAll(/(?:new (?:LockerError|AuthError)|super)\(\s*'(\w+)',\s*/g)) {
    const [all, code] = found
    let expression = operandAt(text, found.index + all.length)
    let at = found.index
    const [, name] = /^(\w+)$/.exec(expression.trim()) ?? []
    if (name) {
      at = text.lastIndexOf(`const ${name} =`, found.index)
      if (at < 0) continue
      expression = statementAt(text, at + `const ${name} =`.length)
      const [, list] = /^\s*(\w+)\[/.exec(expression) ?? []
      const listed = list === undefined ? -1 : text.indexOf(`const ${list} = [`)
      if (listed >= 0) {
        expression = statementAt(text, listed + `const ${list} =`.length)
        for (const [item] of expression.matchAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g))
          add(code, textOf(item))
        continue
      }
    }
    for (const branch of branches(expression)) add(code, textOf(branch))
  }
}

const helperPattern =
  /std::unexpected<error> (\w+)\(([^)]*)\)[^{};]*\{\s*(?:[^{}]*?;\s*)?return fail\(errc::(\w+),\s*/g

/** Functions that answer a failure with what they are given in it: name → { code, expression, parameters }. */
function helpersIn(text) {
  const found = new Map()
  for (const match of text.matchAll(helperPattern)) {
    const [all, name, list, code] = match
    const parameters = list.split(',').map((one) => /(\w+)(?: = .*)?$/.exec(one.trim())?.[1])
    found.set(name, { code, expression: operandAt(text, match.index + all.length), parameters })
  }
  return found
}

/** Messages in C++. `shared`: helpers of all files, for those that a header declares. */
function inCpp(text, shared, add) {
  const direct = /(?:fail\(errc::(\w+),|case errc::(\w+):\s*return)\s*(?=")/g
  for (const found of text.matchAll(direct))
    for (const branch of branches(operandAt(text, found.index + found[0].length)))
      add(found[1] ?? found[2], textOf(branch))
  for (const found of text.matchAll(/fail\(errc::(\w+),\s*(?=std::string)/g))
    add(found[1], textOf(operandAt(text, found.index + found[0].length)))
  for (const found of text.matchAll(/case key_flaw::\w+:\s*return (?=")/g))
    add('jwt_key_unfit', textOf(operandAt(text, found.index + found[0].length)))
  const own = helpersIn(text)
  for (const found of text.matchAll(/\b(\w+)\(/g)) {
    const helper = own.get(found[1]) ?? shared.get(found[1])
    if (!helper) continue
    const given = {}
    let from = found.index + found[0].length
    for (const parameter of helper.parameters) {
      const argument = operandAt(text, from)
      if (/^\s*"/.test(argument)) given[parameter] = textOf(argument)
      from += argument.length + 1
    }
    if (Object.keys(given).length > 0) add(helper.code, textOf(helper.expression, given))
  }
}

/** code → the messages that the sources have of it. */
export function messages() {
  const found = new Map()
  const add = (code, raw) => {
    const text = raw.replaceAll(/\s+/g, ' ').trim()
    // Of a helper the sentence around what it is given says nothing by itself.
    if (!sentence.test(text) || !/\w+ \w+ \w+|\w+ is /.test(text)) return
    if (!found.has(code)) found.set(code, new Set())
    found.get(code).add(text)
  }
  // Without comments and characters, whose quotes would be taken for those of a text.
  const bare = (text) =>
    text
      .replaceAll(/^\s*\/\/.*$/gm, '')
      .replaceAll(/(\d)'(?=\d)/g, '$1')
      .replaceAll(/'(?:[^'\\\n]|\\.)'/g, '0')
  const sources = [...sourcesUnder('src', /\.(cpp|hpp)$/)].map(bare)
  const seen = new Map()
  for (const [name, helper] of sources.flatMap((text) => [...helpersIn(text)]))
    seen.set(name, [...(seen.get(name) ?? []), helper])
  const shared = new Map(
    [...seen].filter(([, all]) => all.length === 1).map(([name, [helper]]) => [name, helper]),
  )
  for (const text of sources) inCpp(text, shared, add)
  for (const text of sourcesUnder('npm/src', /\.tsx?$/)) inTypeScript(text, add)
  return found
}
