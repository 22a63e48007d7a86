/* Built with the soname libcrypto.so, for the same reason as ssl.c; it adds nothing to libcrypto.so.3. */
#include <openssl/crypto.h>

int xenha_tls_shim_crypto(void);
int xenha_tls_shim_crypto(void) { return OPENSSL_version_major() == 3; }
