#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H
#include <spawn.h>

// GNU extensions, which Swift's Glibc module does not show.
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
#endif
