/* Built with the soname libssl.so. civetweb opens that name at run time and looks functions up in it, among them
 * SSL_get_peer_certificate, which OpenSSL 3 exports only under its new name. This library is loaded before civetweb
 * asks, so the answer comes from here and, for all other names, from libssl.so.3, which this library needs. */
#include <openssl/ssl.h>

#undef SSL_get_peer_certificate

X509* SSL_get_peer_certificate(const SSL* ssl);
X509* SSL_get_peer_certificate(const SSL* ssl) { return SSL_get1_peer_certificate(ssl); }

/* Called by civet_server.cpp, so that no linker drops the library as unused. */
int xenha_tls_shim_ssl(void);
int xenha_tls_shim_ssl(void) { return 1; }
