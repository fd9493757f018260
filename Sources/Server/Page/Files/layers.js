// Places a topology from left to right: routes, services, workloads, and what those own and mount. Each workload has a
// band of its own, with its services before it and what it has behind it. Pure.
import { workloadKinds } from './format.js';

const routes = /route$|^ingress$|^virtualservice$|^trafficsplit$/i;
const order = ['gateways', 'routes', 'services', 'workloads', 'sets', 'pods', 'settings'];

export const box = { width: 172, height: 42 };
const row = box.height + 8;
/** Between two bands, and around everything. */
const margin = 14;
/** Between two columns: where nothing is written on the lines, and where something is. */
const [near, far] = [44, 168];

/** What a drawing leaves out where there is much, in the order in which it comes back. */
export const extras = [['sets', 'Pod sets'], ['settings', 'Settings'], ['pods', 'Pods']];
/** More boxes than this are too many to see at once. */
const comfortable = 80;

/** A topology that can be asked who is tied to whom. */
export function wire({ nodes, edges }) {
    const byID = new Map(nodes.map((node) => [node.id, node]));
    const [out, back] = [new Map(), new Map()];
    const note = (map, id, edge) => (map.has(id) ? map.get(id).push(edge) : map.set(id, [edge]));
    for (const edge of edges) {
        note(out, edge.from, edge);
        note(back, edge.to, edge);
    }
    return { nodes, edges, byID, out: (id) => out.get(id) ?? [], back: (id) => back.get(id) ?? [] };
}

/** These nodes, all that leads to them, and all that they lead to. */
export function around(wired, ids) {
    const found = new Set(ids);
    for (const [ties, end] of [[wired.back, 'from'], [wired.out, 'to']]) {
        const open = [...ids];
        const seen = new Set(ids);
        while (open.length > 0) {
            for (const edge of ties(open.pop())) {
                if (seen.has(edge[end])) continue;
                seen.add(edge[end]);
                open.push(edge[end]);
            }
        }
        for (const id of seen) found.add(id);
    }
    return found;
}

/** Its column; null for what is tied to nothing and says nothing in a drawing. */
function partOf(node, wired) {
    if (/^gateway$/i.test(node.kind)) return 'gateways';
    if (routes.test(node.kind)) return 'routes';
    if (node.kind === 'Service') return 'services';
    if (node.kind === 'Pod') return 'pods';
    const isOwned = wired.back(node.id).some((edge) => edge.kind === 'owns');
    if (workloadKinds.includes(node.kind)) return isOwned ? 'sets' : 'workloads';
    if (isOwned || ['ReplicaSet', 'ControllerRevision'].includes(node.kind)) return 'sets';
    return wired.out(node.id).length + wired.back(node.id).length > 0 ? 'settings' : null;
}

/** What is drawn of some nodes: `{nodes, parts, counts}`. `wanted` names the extras; null takes those that fit. */
export function pick(nodes, wired, wanted) {
    const byPart = new Map(order.map((part) => [part, []]));
    for (const node of nodes) byPart.get(partOf(node, wired))?.push(node);
    const count = (part) => byPart.get(part).length;
    let room = comfortable - order.filter((part) => !extras.some(([extra]) => extra === part)).reduce((sum, part) => sum + count(part), 0);
    const parts = new Set(wanted ?? []);
    if (wanted === null) {
        for (const [part] of extras) {
            room -= count(part);
            if (room < 0) break;
            parts.add(part);
        }
    }
    for (const [part] of extras) if (!parts.has(part)) byPart.get(part).length = 0;
    const counts = new Map(extras.map(([part]) => [part, nodes.filter((node) => partOf(node, wired) === part).length]));
    return { nodes: [...byPart.values()].flat(), byPart, parts, counts };
}

const name = (node) => `${node.application}/${node.namespace}/${node.name}/${node.kind}`;
const byName = (a, b) => (name(a) < name(b) ? -1 : 1);

/** Where everything picked stands: `{places: id → {x, y, column, row}, columns, lines, width, height}`. */
export function layout({ byPart }, wired) {
    const homes = homesOf(byPart, wired);
    // Beside each other where one route leads to them all.
    const first = new Map(byPart.get('workloads').map((node) => [node, wired.back(node.id).flatMap((edge) => wired.back(edge.from))
        .map((edge) => edge.from).sort()[0] ?? '~']));
    const workloads = [...byPart.get('workloads')].sort((a, b) => (first.get(a) === first.get(b) ? byName(a, b)
        : first.get(a) < first.get(b) ? -1 : 1));
    const bands = new Map(workloads.map((node) => [node.id, new Map()]));
    bands.set(null, new Map());
    for (const part of ['services', 'workloads', 'sets', 'pods', 'settings']) {
        for (const node of [...byPart.get(part)].sort(byName)) {
            const band = bands.get(homes.get(node.id) ?? null);
            band.set(part, [...band.get(part) ?? [], node]);
        }
    }
    const tops = new Map();
    let bottom = margin;
    for (const band of bands.values()) {
        const rows = Math.max(0, ...[...band.values()].map((nodes) => nodes.length));
        for (const nodes of band.values()) {
            nodes.forEach((node, index) => tops.set(node.id, bottom + (index + (rows - nodes.length) / 2) * row));
        }
        if (rows > 0) bottom += rows * row + margin;
    }
    for (const part of ['routes', 'gateways']) bottom = Math.max(bottom, spread(byPart.get(part), tops, bottom, wired));
    return finish(byPart, tops, bottom, wired);
}

/** The workload in whose band a node stands. */
function homesOf(byPart, wired) {
    const homes = new Map(byPart.get('workloads').map((node) => [node.id, node.id]));
    const find = (ids) => ids.map((id) => homes.get(id)).filter(Boolean).sort()[0];
    for (const [part, ties, end] of [['services', wired.out, 'to'], ['sets', wired.back, 'from'], ['pods', wired.back, 'from'],
        ['settings', wired.back, 'from']]) {
        // Twice, for a set may be owned by a set.
        for (const node of [...byPart.get(part), ...byPart.get(part)]) {
            const home = find(ties(node.id).map((edge) => edge[end]));
            if (home) homes.set(node.id, home);
        }
    }
    return homes;
}

/** Puts each of a column beside the middle of what it leads to, and none upon another. */
function spread(nodes, tops, bottom, wired) {
    const wish = new Map(nodes.map((node) => {
        const near = wired.out(node.id).map((edge) => tops.get(edge.to)).filter((top) => top !== undefined);
        return [node, near.length === 0 ? bottom : near.reduce((sum, top) => sum + top, 0) / near.length];
    }));
    const sorted = [...nodes].sort((a, b) => wish.get(a) - wish.get(b) || byName(a, b));
    let least = margin;
    for (const node of sorted) {
        tops.set(node.id, Math.max(least, wish.get(node)));
        least = tops.get(node.id) + row;
    }
    const end = Math.max(bottom, margin + sorted.length * row);
    let most = end;
    for (const node of sorted.reverse()) {
        tops.set(node.id, Math.min(most - row, tops.get(node.id)));
        most = tops.get(node.id);
    }
    return end;
}

function finish(byPart, tops, height, wired) {
    const places = new Map();
    const columns = [];
    const drawn = wired.edges.filter((edge) => tops.has(edge.from) && tops.has(edge.to));
    let x = margin;
    for (const part of order) {
        const nodes = [...byPart.get(part)].sort((a, b) => tops.get(a.id) - tops.get(b.id));
        if (nodes.length === 0) continue;
        const ids = new Set(nodes.map((node) => node.id));
        if (columns.length > 0) x += box.width + (drawn.some((edge) => ids.has(edge.to) && isLabeled(edge)) ? far : near);
        nodes.forEach((node, index) => places.set(node.id, { x, y: tops.get(node.id), column: columns.length, row: index }));
        columns.push(nodes);
    }
    return { places, columns, lines: linesOf(drawn, places), width: x + box.width + margin, height };
}

export const isLabeled = (edge) => (edge.weight ?? null) !== null || Boolean(edge.match);

/** Lines end one below the other, so that what is written on them can be read: `{edge, from: [x, y], to: [x, y], crowd}`. */
function linesOf(edges, places) {
    const incoming = new Map();
    for (const edge of edges) incoming.set(edge.to, [...incoming.get(edge.to) ?? [], edge]);
    return [...incoming].flatMap(([id, ends]) => {
        const { x, y } = places.get(id);
        const sorted = [...ends].sort((a, b) => places.get(a.from).y - places.get(b.from).y);
        return sorted.map((edge, index) => {
            const start = places.get(edge.from);
            return { edge, from: [start.x + box.width, start.y + box.height / 2], crowd: sorted.filter(isLabeled).length,
                to: [x, y + (box.height * (index + 1)) / (sorted.length + 1)] };
        });
    });
}
