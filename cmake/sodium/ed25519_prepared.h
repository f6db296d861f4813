#ifndef KBVE_ED25519_PREPARED_H
#define KBVE_ED25519_PREPARED_H

/* A public key made ready for checking many signatures; see ed25519_prepared.c. */

/* Bytes of a prepared key, which is aligned to 8. It points to nothing, so it may be moved. */
#define KBVE_ED25519_PREPARED_SIZE 3520

#ifdef __cplusplus
extern "C" {
#endif

/* 0, or -1 for a key that no signature holds with. */
int kbve_ed25519_prepare(void* out, const unsigned char public_key[32]);

/* 0 when the signature holds. Takes exactly what crypto_sign_ed25519_verify_detached() takes. */
int kbve_ed25519_verify(const void* prepared, const unsigned char public_key[32], const unsigned char* message,
                        unsigned long long size, const unsigned char signature[64]);

#ifdef __cplusplus
}
#endif

#endif
