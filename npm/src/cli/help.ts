/** What `--help` says. */

const texts: Record<string, { usage: string; what: string; more: string }> = {
  open: {
    usage:
      'kbve-locker open FILE [--entry NAME --out FILE [--force]] [--recovery] [--passphrase-file PATH] [--json]',
    what: 'Shows the profile and the entries of a backup.',
    more: `  --recovery              the secret is a recovery code
  --passphrase-file PATH  the secret is the first line of this file
  --json                  profile, entries, bytes (base64url) and expires as one JSON object, which "seal" takes;
                          of large entries what they are, under large
  --entry NAME            write the bytes of this entry, large or small (of JSON its text), to the file of --out
  --out FILE              where they go, readable by you alone
  --force                 write over a file that is there

FILE may be "-" for standard input, with --passphrase-file.`,
  },
  verify: {
    usage: 'kbve-locker verify FILE [--unlock] [--recovery] [--passphrase-file PATH] [--json]',
    what: 'Says whether a file is a whole backup; with a secret, also whether it is the one that was written.',
    more: `  --unlock                ask for the passphrase, and check the seal over all that is in the file
  --recovery              the same with a recovery code
  --passphrase-file PATH  the secret is the first line of this file
  --json                  the answer as one JSON object

FILE may be "-" for standard input, with no secret or with --passphrase-file.`,
  },
  seal: {
    usage:
      'kbve-locker seal VALUES [--out FILE] [--name NAME] [--tenant TENANT] [--passphrase-file PATH] [--force] [--json]',
    what: 'Makes a backup of values in a JSON file, with a new passphrase, for locker.restore().',
    more: `  --out FILE              where the backup goes, readable by you alone; else to standard output
  --force                 write over a file that is there
  --name NAME             the locker's name, "default" if not said
  --tenant TENANT         the locker's tenant, "default" if not said
  --passphrase-file PATH  the passphrase is the first line of this file; else it is asked for, twice
  --json                  with --out: how many values were sealed, and where, as one JSON object

VALUES is a JSON object: {"profile":{"theme":"dark"},"entries":{"draft":{"text":"x"}},"bytes":{"photo":"AQID"},
"expires":{"draft":1790000000000}}; each part may be left out; bytes are base64url, dates milliseconds since 1970.
It may be "-" for standard input, with --passphrase-file.`,
  },
  jwt: {
    usage: 'kbve-locker jwt [TOKEN] [--key FILE --alg ALG] [--issuer TEXT] [--audience TEXT] [--json]',
    what: 'Decodes a token; with a key, verifies it.',
    more: `  --key FILE              a JWK, a JWKS, or a public key as PEM
  --alg ALG               the algorithm you expect, such as ES256; may be given more than once; needed with --key
  --issuer TEXT           iss must be this
  --audience TEXT         aud must name this
  --tolerance SECONDS     that clocks may differ, 0 if not said
  --json                  header and claims as one JSON object, with "verified": true or false

TOKEN may be left out, or "-": then it is read from standard input, which keeps it out of the list of processes.`,
  },
}

const secrets = `A secret is never an argument and never read from the environment, where other programs could see it. It is asked
for on the terminal without being shown; where standard input is no terminal, it is its first line.`

const codes = `Exit codes: 0 done; 1 refused (wrong secret, damaged, not valid); 2 wrong call; 3 a file cannot be read or
written; 130 interrupted.`

/** Of one command, or of all. */
export function usages(command?: string): string {
  const known = command === undefined ? undefined : texts[command]
  const lines = known ? [known.usage] : Object.values(texts).map(({ usage }) => usage)
  return `Usage:\n${lines.map((line) => `  ${line}`).join('\n')}\nMore: kbve-locker ${known ? `${command} ` : ''}--help`
}

export function help(command?: string): string {
  const known = command === undefined ? undefined : texts[command]
  if (known) {
    const secret = command === 'jwt' ? '' : `\n\n${secrets}`
    return `${known.what}\n\nUsage: ${known.usage}\n\n${known.more}${secret}\n\n${codes}`
  }
  const list = Object.entries(texts).map(([name, { what }]) => `  ${name.padEnd(8)}${what}`)
  return `Backups of lockers (.kbve) and tokens, on the command line.

Usage: kbve-locker COMMAND …

${list.join('\n')}

kbve-locker COMMAND --help says more of each; --version says which version this is.

${codes}`
}
