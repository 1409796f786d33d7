/*
 * zlib, whose initialisers are macros that Swift cannot see.
 */
#ifndef SCALEPROOF_CZLIB_SHIM_H
#define SCALEPROOF_CZLIB_SHIM_H

#include <zlib.h>

/* Window of 15 bits, plus 16 for the gzip format (RFC 1952) and no other. */
static inline int scaleproof_inflate_init_gzip(z_stream *_Nonnull stream) { return inflateInit2(stream, 15 + 16); }

static inline int scaleproof_deflate_init_gzip(z_stream *_Nonnull stream) {
  return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

#endif
