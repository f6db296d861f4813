/** What a person types. */
export const passphrase = 'a long sentence that I remember'
export const email = 'ann@example.com'
export const password = 'correct horse'
