#ifndef CYAML_SHIM_H
#define CYAML_SHIM_H
#include <yaml.h>

// An event's data is a union, which Swift imports by copying all of it: one
// call that reads only what a scalar has.
static inline const unsigned char *cyaml_scalar(const yaml_event_t *event, size_t *length, int *plain) {
    *length = event->data.scalar.length;
    *plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return event->data.scalar.value;
}
#endif
