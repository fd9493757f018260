// Small drawings, always beside words or named by them. 16 × 16, in the color of the text.
import { h } from './dom.js';

const paths = {
    good: 'M3 8.5l3.2 3.2L13 4.8',
    bad: 'M4 4l8 8M12 4l-8 8',
    warn: 'M8 2.2L14.6 13.6H1.4zM8 6.4v3.4M8 11.6v.4',
    busy: 'M8 2.2A5.8 5.8 0 1 1 2.2 8',
    idle: 'M3.5 8h9',
    pause: 'M5.5 3.5v9M10.5 3.5v9',
    previous: 'M11 3L5 8l6 5',
    next: 'M5 3l6 5-6 5',
    down: 'M3 5.5l5 5 5-5',
    lock: 'M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
    automation: 'M13 5.5A5.5 5.5 0 0 0 3.2 4.8M3 10.5a5.5 5.5 0 0 0 9.8.7M3 1.8v3.2h3.2M13 14.2V11H9.8',
    back: 'M3 7h6.5a3.5 3.5 0 0 1 0 7H6M6 4L3 7l3 3',
    menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
    clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.8V8l2.2 1.6',
    commit: 'M1.5 8h3.7M10.8 8h3.7M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z',
    close: 'M4 4l8 8M12 4l-8 8',
    add: 'M8 3v10M3 8h10',
    arrow: 'M2.5 8h10.5M9.5 4.5L13 8l-3.5 3.5',
};

export function icon(name) {
    return h('svg', { class: `icon icon-${name}`, viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' },
        h('path', { d: paths[name] ?? paths.idle }));
}

/** A swift from above: wings like a bow, and a forked tail. */
export function bird() {
    return h('svg', { class: 'bird', viewBox: '0 0 32 32', 'aria-hidden': 'true', focusable: 'false' },
        h('path', { d: 'M1 8c7 .6 12 3.6 15 8.2C19 11.6 24 8.6 31 8c-5 3-8.6 6.8-11.3 11.2L24 29l-8-6.8L8 29l4.3-9.8C9.6 14.8 6 11 1 8z' }));
}
