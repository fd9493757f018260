// Who sends to whom: routes, services, workloads and their pod sets, with the share that each edge carries.
import { Question } from './api.js';
import { h } from './dom.js';
import { middle, tone, words, workloadKinds } from './format.js';
import { box, layerOf, layout } from './layers.js';
import { to } from './router.js';
import { answered, badge, notice, nothing, table, workloadLink } from './ui.js';

const most = 300;
const marks = { good: '✓', busy: '…', warn: '!', bad: '✕', idle: '–' };

export function open({ app, query }) {
    const question = new Question(app.redraw);
    const state = { application: query.get('application') ?? '', view: query.get('view') === 'table' ? 'table' : 'drawing', selected: null,
        placed: null, value: null };
    let timer = null;

    const ask = () => question.ask('/api/v1/topology', { application: state.application });
    const choose = (id) => {
        state.selected = state.selected === id ? null : id;
        app.redraw();
    };

    const drawing = (value) => {
        const drawn = value.nodes.filter((node) => isDrawn(node, value));
        if (drawn.length > most) return notice('idle',
            h('p', null, `These are ${drawn.length} objects: choose one application to see them drawn, or see the table.`));
        if (state.value !== value) Object.assign(state, { value, placed: layout(drawn, value.edges) });
        const { places, columns, width, height } = state.placed;
        const near = new Set([state.selected]);
        for (const edge of value.edges) {
            if (edge.from === state.selected) near.add(edge.to);
            if (edge.to === state.selected) near.add(edge.from);
        }
        const dim = (id) => state.selected !== null && !near.has(id);
        return h('div', { class: 'topology-box', role: 'region', 'aria-label': 'Drawing; the table says the same', tabindex: '0' },
            h('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': 'Topology' },
                h('g', { class: 'edges', 'aria-hidden': 'true' },
                    value.edges.map((edge) => edgeView(edge, places, state.selected !== null && edge.from !== state.selected
                    && edge.to !== state.selected))),
                h('g', null, drawn.map((node) => nodeView(node, places.get(node.id), dim(node.id), value, columns)))));
    };

    const nodeView = (node, place, dim, value, columns) => {
        const chosen = state.selected === node.id;
        return h('g', {
            key: node.id, id: nodeID(node.id), class: `node ${tone(node.health)} ${dim ? 'dim' : ''} ${chosen ? 'chosen' : ''}`,
            transform: `translate(${place.x} ${place.y})`, tabindex: '0', role: 'button',
            'aria-pressed': String(chosen), 'aria-label': `${node.kind} ${node.name} in ${node.namespace}${node.health ? `, ${words(node.health)}` : ''}, ${ties(node, value)}`,
            on: { click: () => choose(node.id), keydown: (event) => keys(event, node, value, columns) },
        },
        h('title', null, `${node.kind} ${node.namespace}/${node.name}`),
        h('rect', { class: 'frame', width: box.width, height: box.height, rx: 8 }),
        h('rect', { class: 'side', width: 4, height: box.height - 16, x: 6, y: 8, rx: 2 }),
        h('text', { class: 'node-kind', x: 18, y: 17 }, node.kind), h('text', { class: 'node-name', x: 18, y: 34 }, middle(node.name, 22)),
        node.health ? h('text', { class: 'node-mark', x: box.width - 12, y: 18, 'text-anchor': 'end' }, marks[tone(node.health)]) : null);
    };

    const keys = (event, node, value, columns) => {
        if (event.key === 'Enter' || event.key === ' ') {
            event.preventDefault();
            choose(node.id);
            return;
        }
        const place = state.placed.places.get(node.id);
        let next = null;
        if (event.key === 'ArrowRight') next = value.edges.find((edge) => edge.from === node.id)?.to;
        if (event.key === 'ArrowLeft') next = value.edges.find((edge) => edge.to === node.id)?.from;
        if (event.key === 'ArrowDown') next = columns[place.column][place.row + 1]?.id;
        if (event.key === 'ArrowUp') next = columns[place.column][place.row - 1]?.id;
        if (!next) return;
        event.preventDefault();
        const element = document.getElementById(nodeID(next));
        element?.focus();
        element?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    };

    const details = (value) => {
        const node = value.nodes.find((other) => other.id === state.selected);
        if (!node) return null;
        const named = (id) => value.nodes.find((other) => other.id === id);
        const line = (edge, id, word) => h('li', { key: `${edge.from}>${edge.to}>${edge.kind}` },
            h('span', { class: 'quiet' }, `${word} `),
        named(id) ? h('button', { type: 'button', class: 'plain link', on: { click: () => choose(id) } },
            `${named(id).kind} ${named(id).name}`) : id,
            edge.weight !== undefined && edge.weight !== null ? h('b', null, ` ${edge.weight}%`) : null,
            edge.match ? h('code', null, ` ${edge.match}`) : null);
        return h('aside', { class: 'panel details', 'aria-label': 'Selected object', key: 'details' },
            h('header', null, h('h2', null, `${node.kind} ${node.name}`)),
            h('p', null, node.health ? badge(node.health) : null,
                h('span', { class: 'quiet' }, ` in ${node.namespace || 'no namespace'}, `),
            node.application ? h('a', { href: to(`/applications/${encodeURIComponent(node.application)}`) }, node.application)
                : h('span', { class: 'quiet' }, 'of no application')),
            workloadKinds.includes(node.kind) ? h('p', null, workloadLink(node, 'Open the workload')) : null,
            h('ul', { class: 'plain-list' }, value.edges.filter((edge) => edge.to === node.id).map((edge) => line(edge, edge.from,
                'from')), value.edges.filter((edge) => edge.from === node.id).map((edge) => line(edge, edge.to, edge.kind))));
    };

    const tableView = (value) => {
        const named = new Map(value.nodes.map((node) => [node.id, node]));
        const cell = (node) => (node ? h('span', null, h('span', { class: 'quiet' }, `${node.kind} `),
            workloadKinds.includes(node.kind) ? workloadLink(node, `${node.namespace}/${node.name}`)
            : `${node.namespace ? `${node.namespace}/` : ''}${node.name}`, ' ', node.health ? badge(node.health) : null) : '');
        const tied = new Set(value.edges.flatMap((edge) => [edge.from, edge.to]));
        return [
            table('Who is tied to whom', ['From', 'How', 'To', 'Share', 'Match'],
                value.edges.slice(0, 1000).map((edge) => h('tr', { key: `${edge.from}>${edge.to}>${edge.kind}>${edge.match ?? ''}` },
                h('th', { scope: 'row' }, cell(named.get(edge.from))), h('td', null, edge.kind), h('td', null, cell(named.get(edge.to))),
                h('td', null, edge.weight === undefined || edge.weight === null ? '' : `${edge.weight}%`),
                h('td', null, edge.match ? h('code', null, edge.match) : ''))), {}),
            value.nodes.some((node) => !tied.has(node.id))
                ? h('p', { class: 'quiet' }, 'Tied to nothing: ',
                value.nodes.filter((node) => !tied.has(node.id)).slice(0, 200).map((node) => `${node.kind} ${node.name}`).join(', '), '.')
                : null,
        ];
    };

    ask();
    return {
        title: 'Topology',
        view: () => [
            h('div', { class: 'heading' }, h('h1', { tabindex: '-1' }, 'Topology')),
            h('div', { class: 'toolbar' },
                h('p', { class: 'field' }, h('label', { for: 'topology-application' }, 'Application'), h('select', {
                    id: 'topology-application', on: { change: (event) => { Object.assign(state,
                        { application: event.target.value,
                        selected: null }); app.router.amend({ application: state.application }); question.value = null; ask(); } },
                }, h('option', { value: '', prop: { selected: state.application === '' } }, 'all'),
                    names().map((name) => h('option', { value: name, key: name, prop: { selected: state.application === name } }, name)))),
                h('div', { class: 'chips', role: 'group', 'aria-label': 'Shown as' },
                    [['drawing', 'Drawing'], ['table', 'Table']].map(([id, text]) => h('button', {
                    type: 'button', class: 'chip', 'aria-pressed': String(state.view === id),
                    on: { click: () => { state.view = id; app.router.amend({ view: id === 'table' ? id : '' }); app.redraw(); } },
                }, text)))),
            app.clock.mode === 'past' ? notice('idle', h('p', null, 'The topology is the one of now: what was tied to what is not kept.'))
                : null,
            answered(question, (value) => (value.nodes.length === 0 ? nothing('Nothing is there to draw.') : state.view === 'table'
                ? tableView(value)
                : h('div', { class: `topology-split ${state.selected ? 'open' : ''}` }, drawing(value), details(value))), ask),
        ],
        modelChanged() {
            // What is tied to what changes with releases, not with every look.
            clearTimeout(timer);
            timer = setTimeout(ask, 1_500);
        },
        close() {
            clearTimeout(timer);
            question.drop();
        },
    };

    function names() {
        const known = app.model.names();
        return state.application && !known.includes(state.application) ? [state.application, ...known] : known;
    }
}

/** A namespace or a setting that nothing is tied to says nothing in a drawing; the table has it. */
function isDrawn(node, value) {
    return layerOf(node) !== null || value.edges.some((edge) => edge.from === node.id || edge.to === node.id);
}

const nodeID = (id) => `node-${id.replace(/[^a-zA-Z0-9]/g, (sign) => `_${sign.codePointAt(0).toString(16)}_`)}`;

function ties(node, value) {
    const out = value.edges.filter((edge) => edge.from === node.id);
    const back = value.edges.filter((edge) => edge.to === node.id);
    return `${out.length} onward${out.some((edge) => edge.weight !== undefined && edge.weight !== null) ? ` (${out.filter((edge) => edge.weight !== undefined && edge.weight !== null).map((edge) => `${edge.weight}%`).join(', ')})` : ''}, ${back.length} back`;
}

function edgeView(edge, places, dim) {
    const [a, b] = [places.get(edge.from), places.get(edge.to)];
    if (!a || !b) return null;
    const [x1, y1, x2, y2] = [a.x + box.width, a.y + box.height / 2, b.x, b.y + box.height / 2];
    const bend = Math.max(40, Math.abs(x2 - x1) / 2);
    const weight = edge.weight ?? null;
    const label = [weight === null ? '' : `${weight}%`, edge.match ? middle(edge.match, weight === null ? 20 : 12)
        : ''].filter(Boolean).join(' ');
    const flow = weight === null ? 1.4 : 1 + weight / 28;
    return h('g', { key: `${edge.from}>${edge.to}>${edge.kind}>${edge.match ?? ''}`,
        class: `edge ${edge.kind} ${dim ? 'dim' : ''} ${weight === 0 ? 'none' : ''}` },
        h('path', { d: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, 'stroke-width': flow.toFixed(2) }),
        label ? h('text', { x: ((x1 + x2) / 2).toFixed(0), y: ((y1 + y2) / 2 - 5).toFixed(0), 'text-anchor': 'middle' }, label) : null);
}
