#ifndef CSSH2_SHIM_H
#define CSSH2_SHIM_H
#include <libssh2.h>

// Macros with casts or sizeof, which Swift does not import.
static inline LIBSSH2_SESSION *cssh2_session_new(void) { return libssh2_session_init_ex(0, 0, 0, 0); }
static inline LIBSSH2_CHANNEL *cssh2_channel_new(LIBSSH2_SESSION *s) { return libssh2_channel_open_session(s); }
static inline int cssh2_channel_exec(LIBSSH2_CHANNEL *c, const char *command) { return libssh2_channel_exec(c, command); }
#endif
