#ifndef CYAML_SHIM_H
#define CYAML_SHIM_H
#include <yaml.h>

// An event's data is a union, which Swift imports by copying all of it: small
// calls that read only what one kind of event has.

typedef struct {
    const unsigned char *value;
    size_t length;
    const unsigned char *anchor;
    const unsigned char *tag;
    int style;
    int is_plain_implicit;
} cyaml_scalar_view;

static inline cyaml_scalar_view cyaml_scalar(const yaml_event_t *event) {
    cyaml_scalar_view view = {
        event->data.scalar.value, event->data.scalar.length, event->data.scalar.anchor,
        event->data.scalar.tag, (int)event->data.scalar.style, event->data.scalar.plain_implicit,
    };
    return view;
}

// The anchor an alias, a sequence or a mapping names; NULL where there is none.
static inline const unsigned char *cyaml_anchor(const yaml_event_t *event) {
    switch (event->type) {
    case YAML_ALIAS_EVENT: return event->data.alias.anchor;
    case YAML_SEQUENCE_START_EVENT: return event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT: return event->data.mapping_start.anchor;
    default: return 0;
    }
}

static inline int cyaml_is_flow(const yaml_event_t *event) {
    switch (event->type) {
    case YAML_SEQUENCE_START_EVENT: return event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    case YAML_MAPPING_START_EVENT: return event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    default: return 0;
    }
}
#endif
