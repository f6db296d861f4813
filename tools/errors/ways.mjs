/**
 * When each error comes, and what a program does about it. What a code means stands beside it in
 * include/kbve/core/result.hpp; tools/errors_page.mjs puts both together, and refuses a code that has nothing here.
 */
export const ways = {
  locked: {
    when: '`set`, `entries.put`, `slots.add`, a sealed cookie, `auth` while the locker is not open; `restore` over a locker that is locked.',
    way: 'Show `UnlockForm`, or await `ready` and `unlock`. Reading needs no care: `get` gives the initial value.',
  },
  absent: {
    when: '`unlock` where there is no locker, `slots.remove` of a slot that is not there.',
    way: '`create` it. After `evicted`, offer `restore`.',
  },
  exists: {
    when: '`create` where there is a locker; an authenticator that has a passkey for it already.',
    way: '`unlock` it, or `destroy` it first if the person says so.',
  },
  wrong_secret: {
    when: '`unlock` and `restore` with a secret that opens no keyslot.',
    way: 'Ask again. Offer the other kinds that `slots.list()` names.',
  },
  too_many_attempts: {
    when: 'After five wrong passphrases, each further one costs time.',
    way: 'Wait until `retryAt` and show the seconds. Other kinds of secret may be tried at once.',
  },
  tampered: {
    when: 'A backup or large entry that was changed; `backup` and `rekey` of a damaged locker; a header that cannot be true.',
    way: '`status.integrity` and `status.damaged` say what. Ask the person, then `repair()` or `restore` a backup.',
  },
  rolled_back: {
    when: "Kept for programs on the core. In a page it is a status: `integrity: 'rolled_back'`.",
    way: 'As for `tampered`.',
  },
  read_only: {
    when: 'A write while the header is not the one that was sealed last (`status.readOnly`).',
    way: 'Ask the person, then `repair()`.',
  },
  unsupported_format: {
    when: 'A page older than what is on the disk; a backup of a later format; a `migrate` that threw, with its error as `cause`.',
    way: 'Reload the page to get the newer version. Nothing was touched.',
  },
  kdf_out_of_range: {
    when: 'A cost outside 19,456 to 262,144 KiB or 2 to 16 passes, given or found in a header.',
    way: 'Give another `cost`. Found on a disk it is somebody’s work: restore a backup.',
  },
  no_portable_slot: {
    when: '`backup` of a locker that only this browser’s key opens.',
    way: '`slots.add` a passphrase or a recovery code first.',
  },
  last_slot: {
    when: '`slots.remove` of the only one.',
    way: '`slots.change` it, or add another first.',
  },
  invalid_field: {
    when: 'A value against the rules of `field`; a recovery code with a slip in it; an address that is not https.',
    way: 'Show the sentence at the field. `useField` does.',
  },
  too_large: {
    when: 'A field, entry, token, key set or backup over its limit; a 65th keyslot.',
    way: 'Make it smaller. Bytes of up to 64 MiB go into `entries.store`.',
  },
  conflict: {
    when: 'An `error` event: another tab gave the locker other keys, or it was made anew, and what was pending here is lost.',
    way: 'Say so, and unlock again.',
  },
  not_serializable: {
    when: '`entries.put` of a function, a cycle, a date, a class instance, `NaN`.',
    way: 'Give what JSON can say, or bytes.',
  },
  storage_unavailable: {
    when: 'A browser that lets this page store nothing; a database or jar that does not answer in time.',
    way: 'Tell the person to allow site data, or to close other tabs. What was handed over stays pending.',
  },
  storage_full: {
    when: '`flush` and `entries.store` without room, and an `error` event.',
    way: 'Free some space. What `set` took is kept, and written as soon as there is room.',
  },
  storage_closed: {
    when: 'The browser closed the database; a locker object after `destroy` or disposal; a tab that does not let go in `rekey`.',
    way: 'Reload, close other tabs, or make another locker object.',
  },
  evicted: {
    when: 'The data was deleted by the browser or by somebody, not by `destroy`; or a sign-in emptied a locker that nothing opens.',
    way: 'Say so. `create` anew, or `restore` a backup.',
  },
  out_of_memory: {
    when: 'Argon2id, or a large entry, on a small device.',
    way: 'Try again with other pages closed, or with a lower `cost`.',
  },
  unsupported: {
    when: 'No PRF for a passkey, no secure context for a device key, a `.wasm` file that does not load, a call before `loadJose()`.',
    way: 'Use another kind of secret; check that the file is served and the policy allows it.',
  },
  aborted: {
    when: 'Your `signal`, a `timeout`, or a person who said no to a passkey.',
    way: 'Nothing: somebody wanted it so.',
  },
  cookie_too_large: {
    when: '`cookies.set` over two cookies or 6,000 bytes in all; nothing was written.',
    way: 'Keep it in the locker, and a name for it in the cookie.',
  },
  cookie_invalid: {
    when: 'A cookie’s options that browsers refuse, with the attribute as `field`; in `read`, one that does not open.',
    way: 'Mend the table. One that does not open is as good as none.',
  },
  jwt_malformed: {
    when: '`decodeJwt` and `verifyJwt` of something else, or of a loose form.',
    way: 'Refuse the request.',
  },
  jwt_alg_not_allowed: {
    when: 'A token signed by another algorithm than `algorithms` names.',
    way: 'Refuse it. If the issuer has changed, name the new one.',
  },
  jwt_key_not_found: {
    when: 'A `kid` that no key has; an issuer that cannot be reached and never was.',
    way: 'Await `remoteJwks(…).load()`, or try again later.',
  },
  jwt_key_unfit: {
    when: 'RSA under 2,048 bits, a private key where a public one is due, a key that names no algorithm, 32 bytes that are 31.',
    way: 'Give another key.',
  },
  jwt_signature_invalid: {
    when: 'It was changed, or signed by somebody else.',
    way: 'Refuse it.',
  },
  jwt_crit_unsupported: {
    when: '`crit` with a name that is not in the rules.',
    way: 'Refuse it, or name what you check yourself in `crit`.',
  },
  jwt_expired: {
    when: '`exp` is past, or `iat` is longer ago than `maxTokenAge`.',
    way: 'Refresh, or sign in again.',
  },
  jwt_not_yet_valid: {
    when: '`nbf` is in the future.',
    way: 'Wait, or allow `clockTolerance`.',
  },
  jwt_claim_invalid: {
    when: '`iss`, `aud`, `sub`, `typ`, a required claim, or `iat` in the future; `field` says which.',
    way: 'Refuse it.',
  },
  jwe_malformed: {
    when: 'Another `alg` than `dir`, another `enc` than A256GCM, `zip`, `crit`; a header member that is not for the caller.',
    way: 'Refuse it.',
  },
  jwe_open_failed: {
    when: '`openJwe` with another key, or of one that was changed.',
    way: 'Refuse it.',
  },
  invalid_credentials: {
    when: 'Signing in; the present password in `changePassword`.',
    way: 'Ask again, or offer `requestReset`.',
  },
  email_not_confirmed: {
    when: 'Signing in before the mail was answered.',
    way: "Offer `resend({ kind: 'signup', email })`.",
  },
  phone_not_confirmed: {
    when: 'Signing in before the code was entered.',
    way: "Offer `resend({ kind: 'sms', phone })` and `verify`.",
  },
  user_exists: { when: 'Registering, or changing an address or number.', way: 'Offer to sign in.' },
  user_not_found: { when: 'Where the backend tells; most do not.', way: 'Offer to register.' },
  user_blocked: { when: 'Signing in and refreshing.', way: 'Say so; nobody here can change it.' },
  weak_password: {
    when: 'Registering and changing the password; `reasons` says why.',
    way: 'Ask for another.',
  },
  signup_disabled: { when: 'Registering.', way: 'Take the form away.' },
  provider_disabled: { when: 'A way of signing in that the server has switched off.', way: 'Offer another.' },
  otp_invalid: {
    when: '`verify`, `resetPassword`, `handleRedirect`.',
    way: 'Ask again, or send another code.',
  },
  captcha_required: {
    when: 'Where the server wants one.',
    way: 'Show it, and give `captchaToken` to the same call.',
  },
  mfa_required: {
    when: 'An action that the first level does not allow.',
    way: '`mfa.challenge`, then `mfa.verify`. `SignInForm` does both.',
  },
  mfa_invalid: { when: '`mfa.verify` and `mfa.confirm`.', way: 'Wait for the next code.' },
  reauthentication_required: {
    when: '`changePassword` after a while.',
    way: '`reauthenticate()`, then give the code as `nonce`; or `currentPassword`.',
  },
  session_expired: {
    when: 'The session has ended by itself, or was ended elsewhere.',
    way: 'Sign in again. `session.user` says who it was.',
  },
  session_missing: { when: '`auth.fetch` and all that needs somebody.', way: 'Sign in.' },
  session_exists: {
    when: 'Appwrite, where its cookie has a session that is not ours.',
    way: '`signOut`, then again.',
  },
  rate_limited: {
    when: '429, and calls before `retryAt`, which are not sent at all.',
    way: 'Wait until `retryAt`; `$retryIn` and the forms count.',
  },
  pkce_mismatch: {
    when: '`handleRedirect` of a sign-in that was not begun here, or was used already.',
    way: 'Begin it again.',
  },
  identity_mismatch: {
    when: 'Another person signs in to this locker.',
    way: "Ask; then the same call with `{ identity: 'empty' }`.",
  },
  invalid_input: {
    when: 'A value that the backend, or the action, does not take; `fields` says which.',
    way: 'Show it at the field.',
  },
  not_supported: {
    when: 'What `capabilities()` says “no” to; nothing was sent.',
    way: 'Take the button away.',
  },
  network: { when: 'No answer, or none in time.', way: 'Try again; a session stays what it was.' },
  server_error: {
    when: '5xx. A refresh is tried again by itself, later each time.',
    way: 'Try again later.',
  },
  bad_response: {
    when: 'A page of a proxy, a wrong address, a token that does not fit its person.',
    way: 'Check `url` and the version of the server.',
  },
}
