// Places a topology from left to right: routes, services, workloads, and what those own and mount. Pure.
import { workloadKinds } from './format.js';

const routes = /route$|^ingress$|^virtualservice$|^gateway$|^trafficsplit$/i;
const owned = new Set(['ReplicaSet', 'Pod', 'ControllerRevision']);

export const box = { width: 188, height: 46, across: 148, down: 16 };

/** Its column; null for what stands in the last one, and only where something is tied to it. */
export function layerOf(node) {
    if (/^gateway$/i.test(node.kind)) return 0;
    if (routes.test(node.kind)) return 1;
    if (node.kind === 'Service') return 2;
    if (workloadKinds.includes(node.kind)) return 3;
    if (owned.has(node.kind)) return 4;
    return null;
}

/** `{places: Map(id → {x, y, column, row}), columns, width, height}`. */
export function layout(nodes, edges) {
    const layers = new Map();
    for (const node of nodes) {
        const layer = layerOf(node) ?? 4;
        if (!layers.has(layer)) layers.set(layer, []);
        layers.get(layer).push(node);
    }
    const columns = [...layers.keys()].sort((a, b) => a - b).map((layer) => layers.get(layer));
    const name = (node) => `${node.namespace}/${node.kind}/${node.name}`;
    for (const column of columns) column.sort((a, b) => (name(a) < name(b) ? -1 : 1));
    const neighbors = new Map(nodes.map((node) => [node.id, []]));
    for (const { from, to } of edges) {
        if (!neighbors.has(from) || !neighbors.has(to)) continue;
        neighbors.get(from).push(to);
        neighbors.get(to).push(from);
    }
    const rows = new Map();
    const number = () => columns.forEach((column) => column.forEach((node, row) => rows.set(node.id, row - (column.length - 1) / 2)));
    number();
    // Each goes to the middle of those it is tied to, back and forth until they sit well.
    for (let sweep = 0; sweep < 6; sweep += 1) {
        for (const column of sweep % 2 === 0 ? columns : [...columns].reverse()) {
            const middle = new Map(column.map((node) => {
                const near = neighbors.get(node.id);
                return [node.id, near.length === 0 ? rows.get(node.id) : near.reduce((sum, id) => sum + rows.get(id), 0) / near.length];
            }));
            column.sort((a, b) => middle.get(a.id) - middle.get(b.id) || (name(a) < name(b) ? -1 : 1));
            column.forEach((node, row) => rows.set(node.id, row - (column.length - 1) / 2));
        }
        number();
    }
    const tallest = Math.max(1, ...columns.map((column) => column.length));
    const height = tallest * (box.height + box.down) + box.down;
    const places = new Map();
    columns.forEach((column, index) => column.forEach((node, row) => places.set(node.id, {
        x: 8 + index * (box.width + box.across), y: height / 2 + (row - (column.length - 1) / 2) * (box.height + box.down) - box.height / 2, column: index, row,
    })));
    return { places, columns, width: Math.max(1, columns.length) * (box.width + box.across) - box.across + 16, height };
}
