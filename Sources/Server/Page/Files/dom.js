// Builds and updates the page. A view is a tree of plain nodes from h(); render() makes the document equal to it,
// touching only what differs, so that focus, selection and scroll positions stay. Text goes in as text nodes and
// attributes only: nothing here, or anywhere in the page, reads a string as HTML.

const SVG = 'http://www.w3.org/2000/svg';
const listeners = Symbol('listeners');
const drawn = Symbol('drawn');

/** A node: `h('a', { href: '/', class: 'brand', on: { click } }, 'Martlet')`.
 *  Properties beside attributes: `key` (its identity among its siblings), `on` (listeners), `prop` (DOM properties),
 *  `style` (single properties), `mount` (called once with the element), `update` (called at each drawing),
 *  `opaque` (its content is somebody else's). */
export function h(tag, properties, ...children) {
    return { tag, properties: properties ?? {}, children: flat(children), key: properties?.key, node: null };
}

function flat(children) {
    const result = [];
    for (const child of children.flat(Infinity)) {
        if (child === null || child === undefined || child === false || child === true) continue;
        result.push(typeof child === 'object' ? child : { tag: '#text', text: String(child), node: null });
    }
    return result;
}

/** Makes the content of `parent` equal to `children`. */
export function render(parent, children) {
    const next = flat([children]);
    const focused = document.activeElement;
    if (!parent[drawn]) parent.replaceChildren();
    place(parent, parent[drawn] ?? [], next);
    parent[drawn] = next;
    if (focused && focused !== document.activeElement && focused.isConnected && parent.contains(focused)) {
        focused.focus({ preventScroll: true });
    }
}

function place(parent, old, next) {
    const keyed = new Map();
    const loose = [];
    for (const node of old) {
        if (node.key !== undefined) keyed.set(node.key, node);
        else loose.push(node);
    }
    const kept = new Set();
    let position = 0;
    const pairs = next.map((node) => {
        let match;
        if (node.key !== undefined) {
            match = keyed.get(node.key);
            if (match && (match.tag !== node.tag || kept.has(match))) match = undefined;
        } else {
            for (let index = position; index < loose.length; index += 1) {
                if (loose[index].tag === node.tag) {
                    match = loose[index];
                    position = index + 1;
                    break;
                }
            }
        }
        if (match) kept.add(match);
        return [match, node];
    });
    // Gone first: what stays must not move past it, for moving an element takes its focus.
    for (const node of old) if (!kept.has(node)) node.node.remove();
    let cursor = parent.firstChild;
    for (const [match, node] of pairs) {
        if (match) change(match, node);
        else create(node, parent);
        if (node.node === cursor) cursor = cursor.nextSibling;
        else parent.insertBefore(node.node, cursor);
    }
}

function create(node, parent) {
    if (node.tag === '#text') {
        node.node = document.createTextNode(node.text);
        return;
    }
    const inside = node.tag === 'svg' || (parent.namespaceURI === SVG && parent.localName !== 'foreignObject');
    const element = inside ? document.createElementNS(SVG, node.tag) : document.createElement(node.tag);
    node.node = element;
    if (!node.properties.opaque) place(element, [], node.children);
    assign(element, {}, node.properties);
    node.properties.mount?.(element);
    node.properties.update?.(element);
}

function change(old, node) {
    node.node = old.node;
    if (node.tag === '#text') {
        if (old.text !== node.text) node.node.data = node.text;
        return;
    }
    if (!node.properties.opaque) place(node.node, old.children, node.children);
    assign(node.node, old.properties, node.properties);
    node.properties.update?.(node.node);
}

const reserved = new Set(['key', 'on', 'prop', 'style', 'mount', 'update', 'opaque']);

function assign(element, old, next) {
    for (const name of Object.keys(old)) {
        if (!reserved.has(name) && absent(next[name]) && !absent(old[name])) element.removeAttribute(name);
    }
    for (const [name, value] of Object.entries(next)) {
        if (reserved.has(name) || absent(value)) continue;
        const text = value === true ? '' : String(value);
        if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    }
    for (const [name, value] of Object.entries(next.prop ?? {})) {
        if (old.prop?.[name] !== value && element[name] !== value) element[name] = value;
    }
    for (const name of Object.keys(old.style ?? {})) if (!(name in (next.style ?? {}))) element.style.removeProperty(name);
    for (const [name, value] of Object.entries(next.style ?? {})) {
        if (old.style?.[name] !== value) element.style.setProperty(name, value);
    }
    element[listeners] ??= {};
    for (const type of Object.keys(next.on ?? {})) {
        if (!(type in element[listeners])) element.addEventListener(type, dispatch);
    }
    for (const type of Object.keys(element[listeners])) element[listeners][type] = null;
    Object.assign(element[listeners], next.on ?? {});
}

const absent = (value) => value === null || value === undefined || value === false;

function dispatch(event) {
    return event.currentTarget[listeners][event.type]?.call(event.currentTarget, event);
}
