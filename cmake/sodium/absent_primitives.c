/* sodium_init() asks every primitive that has several implementations to pick one, and
 * randombytes_buf_deterministic() draws from ChaCha20. This build leaves those primitives out, so
 * there is nothing to pick; using ChaCha20 all the same is a misuse and ends as libsodium ends one. */
#include "core.h"
#include "crypto_stream_chacha20.h"
#include "private/implementations.h"

int _crypto_onetimeauth_poly1305_pick_best_implementation(void) { return 0; }
int _crypto_scalarmult_curve25519_pick_best_implementation(void) { return 0; }
int _crypto_stream_chacha20_pick_best_implementation(void) { return 0; }
int _crypto_stream_salsa20_pick_best_implementation(void) { return 0; }
int _crypto_aead_aegis128l_pick_best_implementation(void) { return 0; }
int _crypto_aead_aegis256_pick_best_implementation(void) { return 0; }

int crypto_stream_chacha20_ietf(unsigned char *out, unsigned long long length,
                                const unsigned char *nonce, const unsigned char *key) {
  (void)out;
  (void)length;
  (void)nonce;
  (void)key;
  sodium_misuse();
}
