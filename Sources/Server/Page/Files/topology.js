// Who sends to whom: routes, services, workloads and their pod sets, with the share that each edge carries.
import { Question } from './api.js';
import { h } from './dom.js';
import { count, matchWords, middle, revisionText, tone, words, workloadKinds } from './format.js';
import { around, box, extras, isLabeled, layout, pick, wire } from './layers.js';
import { to } from './router.js';
import { answered, badge, notice, nothing, remarks, table, workloadLink } from './ui.js';

const mostDrawn = 300;
const mostRows = 500;
/** Lines that end at one box with words on them; of more, the words are those of what is selected. */
const mostLabels = 3;
const marks = { good: '✓', busy: '…', warn: '!', bad: '✕', idle: '–' };

export function open({ app, query }) {
    const question = new Question(app.redraw);
    const state = { application: query.get('application') ?? '', filter: query.get('filter') ?? '', selected: null, current: null,
        view: query.get('view') === 'table' ? 'table' : 'drawing', wanted: null, made: null, wired: null };
    let timer = null;

    const ask = () => {
        // While paused what is on the screen stays.
        if (app.clock.mode === 'paused' && question.value !== null) return;
        question.ask('/api/v1/topology', { application: state.application, time: app.clock.text });
    };
    const choose = (id) => {
        state.selected = state.selected === id ? null : id;
        app.redraw();
    };
    const amend = (change) => {
        Object.assign(state, change);
        app.router.amend({ application: state.application, filter: state.filter, view: state.view === 'table' ? 'table' : '' });
        app.redraw();
    };

    /** What the answer looks like through the filter: made once for each, for there may be thousands of nodes. */
    const sight = (value) => {
        if (state.wired?.value !== value) state.wired = Object.assign(wire(value), { value });
        const { wired, filter, wanted, made } = state;
        if (made && made.wired === wired && made.filter === filter && made.wanted === wanted) return made;
        const asked = filter.toLowerCase().split(/\s+/).filter(Boolean);
        const hit = (node) => asked.every((word) => `${node.kind} ${node.namespace}/${node.name} ${node.application}`.toLowerCase().includes(word));
        const hits = asked.length === 0 ? null : around(wired, value.nodes.filter(hit).map((node) => node.id));
        const nodes = hits ? value.nodes.filter((node) => hits.has(node.id)) : value.nodes;
        const edges = hits ? value.edges.filter((edge) => hits.has(edge.from) && hits.has(edge.to)) : value.edges;
        const picked = pick(nodes, wired, wanted);
        const placed = picked.nodes.length > mostDrawn ? null : layout(picked, wired);
        state.made = { wired, filter, wanted, nodes, edges, picked, placed };
        return state.made;
    };

    const drawing = ({ wired, picked, placed }) => {
        if (!placed) return notice('idle', h('p', null, `These are ${picked.nodes.length} objects, too many to draw: `,
            'choose an application, write what is in a name, or see the table.'));
        const chosen = wired.byID.has(state.selected) ? around(wired, [state.selected]) : null;
        const current = placed.places.has(state.current) ? state.current : placed.columns[0]?.[0]?.id;
        return h('div', { class: 'topology-box', role: 'region', 'aria-label': 'Drawing; the table says the same' },
            h('svg', { width: placed.width, height: placed.height, viewBox: `0 0 ${placed.width} ${placed.height}`, role: 'group',
                'aria-label': 'Topology: arrow keys go from one to the next' },
            h('g', { class: 'edges', 'aria-hidden': 'true' }, placed.lines.map((line) => lineView(line, chosen))),
            h('g', null, picked.nodes.map((node) => nodeView(node, wired, placed, chosen, current)))));
    };

    const nodeView = (node, wired, placed, chosen, current) => {
        const { x, y } = placed.places.get(node.id);
        const isChosen = state.selected === node.id;
        return h('g', {
            key: node.id, id: nodeID(node.id), transform: `translate(${x} ${y})`, role: 'button', 'aria-pressed': String(isChosen),
            class: `node ${tone(node.health)} ${chosen && !chosen.has(node.id) ? 'dim' : ''} ${isChosen ? 'chosen' : ''}`,
            tabindex: node.id === current ? '0' : '-1',
            'aria-label': [`${node.kind} ${node.name} in ${node.namespace}`, words(node.health), ...shares(node), ties(node, wired)].filter(Boolean).join(', '),
            on: { click: () => { state.current = node.id; choose(node.id); }, keydown: (event) => keys(event, node, wired, placed) },
        },
        h('title', null, `${node.kind} ${node.namespace}/${node.name}`),
        h('rect', { class: 'frame', width: box.width, height: box.height, rx: 8 }),
        h('rect', { class: 'side', width: 4, height: box.height - 16, x: 6, y: 8, rx: 2 }),
        // An image of its own cuts off what is too long.
        h('svg', { x: 16, width: box.width - 22, height: box.height },
            h('text', { class: 'node-kind', y: 16 }, [node.kind, ...shares(node).slice(-1)].join(', ')), h('text', { class: 'node-name', y: 32 }, middle(node.name, 20))),
        node.health ? h('text', { class: 'node-mark', x: box.width - 10, y: 16, 'text-anchor': 'end' }, marks[tone(node.health)]) : null);
    };

    const keys = (event, node, wired, { places, columns }) => {
        if (event.key === 'Enter' || event.key === ' ') {
            event.preventDefault();
            choose(node.id);
            return;
        }
        if (event.key === 'Escape' && state.selected !== null) choose(state.selected);
        const { column, row } = places.get(node.id);
        const first = (edges, end) => edges.map((edge) => edge[end]).find((id) => places.has(id));
        const next = {
            ArrowRight: () => first(wired.out(node.id), 'to'), ArrowLeft: () => first(wired.back(node.id), 'from'),
            ArrowDown: () => columns[column][row + 1]?.id, ArrowUp: () => columns[column][row - 1]?.id,
            Home: () => columns[column][0].id, End: () => columns[column].at(-1).id,
        }[event.key]?.();
        if (!next) return;
        event.preventDefault();
        state.current = next;
        const element = document.getElementById(nodeID(next));
        element?.focus();
        element?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        app.redraw();
    };

    const details = ({ wired }) => {
        const node = wired.byID.get(state.selected);
        if (!node) return null;
        const line = (edge, id, word) => {
            const other = wired.byID.get(id);
            return h('li', { key: `${edge.from}>${edge.to}>${edge.kind}>${edge.match ?? ''}` }, h('span', { class: 'quiet' }, `${word} `),
                other ? h('button', { type: 'button', class: 'plain link', on: { click: () => choose(id) } }, `${other.kind} ${other.name}`) : id,
                share(edge) ? h('b', null, ` ${share(edge)}`) : null, edge.match ? h('code', null, ` ${matchWords(edge.match)}`) : null);
        };
        return h('aside', { class: 'panel', 'aria-label': 'Selected object', key: 'details' },
            h('header', null, h('h2', null, `${node.kind} ${node.name}`)),
            h('p', null, node.health ? badge(node.health) : null, h('span', { class: 'quiet' }, ` in ${node.namespace || 'no namespace'}, `),
                node.application ? h('a', { href: to(`/applications/${encodeURIComponent(node.application)}`) }, node.application)
                    : h('span', { class: 'quiet' }, 'of no application')),
            workloadKinds.includes(node.kind) ? h('p', null, workloadLink(node, 'Open the workload')) : null,
            node.sets?.length ? h('ul', { class: 'plain-list' }, node.sets.map((set) => h('li', { key: set.version }, h('b', null, set.version),
                ` ${set.ready}/${set.desired} pods ready`, (set.share ?? null) === null ? null : h('span', null, ', ', h('b', null, `${set.share}%`),
                    ' of the requests'), set.name ? h('span', { class: 'quiet' }, ` in ${set.name}`) : null))) : null,
            h('ul', { class: 'plain-list' }, wired.back(node.id).map((edge) => line(edge, edge.from, 'from')),
                wired.out(node.id).map((edge) => line(edge, edge.to, edge.kind))));
    };

    const tableView = ({ wired, nodes, edges }) => {
        const cell = (node) => (node ? h('span', null, h('span', { class: 'quiet' }, `${node.kind} `),
            workloadKinds.includes(node.kind) ? workloadLink(node, `${node.namespace}/${node.name}`)
                : `${node.namespace ? `${node.namespace}/` : ''}${node.name}`, ' ', node.health ? badge(node.health) : null) : '');
        const loose = nodes.filter((node) => wired.out(node.id).length + wired.back(node.id).length === 0);
        return [
            table('Who is tied to whom', ['From', 'How', 'To', 'Share', 'Match'], edges.slice(0, mostRows).map((edge) => h('tr',
                { key: `${edge.from}>${edge.to}>${edge.kind}>${edge.match ?? ''}` },
                h('th', { scope: 'row' }, cell(wired.byID.get(edge.from))), h('td', null, edge.kind), h('td', null, cell(wired.byID.get(edge.to))),
                h('td', null, share(edge)), h('td', null, edge.match ? h('code', null, matchWords(edge.match)) : null)))),
            edges.length > mostRows ? h('p', { class: 'quiet' }, `and ${edges.length - mostRows} more: choose an application, or write what is in a name`)
                : null,
            loose.length > 0 ? h('p', { class: 'quiet' }, 'Tied to nothing: ',
                loose.slice(0, 200).map((node) => `${node.kind} ${node.name}`).join(', '), loose.length > 200 ? ` and ${loose.length - 200} more.` : '.')
                : null,
        ];
    };

    const chip = (text, pressed, click) => h('button',
        { type: 'button', class: 'chip', key: text, 'aria-pressed': String(pressed), on: { click } }, text);

    /** Nothing is left out without a word. */
    const extrasView = ({ picked: { parts, counts } }) => {
        const known = extras.filter(([part]) => counts.get(part) > 0);
        return known.length === 0 ? null : h('div', { class: 'chips', role: 'group', 'aria-label': 'Drawn too', key: 'extras' },
            h('span', { class: 'quiet' }, 'Drawn too:'), known.map(([part, text]) => chip(`${text} ${counts.get(part)}`, parts.has(part), () => {
                const wanted = new Set(parts);
                if (!wanted.delete(part)) wanted.add(part);
                amend({ wanted });
            })));
    };

    const show = (value) => {
        if (value.nodes.length === 0) return nothing('Nothing is there to draw.');
        const made = sight(value);
        if (made.nodes.length === 0) return nothing('Nothing matches.');
        if (state.view === 'table') return tableView(made);
        return [extrasView(made), h('div', { class: `topology-split ${made.wired.byID.has(state.selected) ? 'open' : ''}`, key: 'drawing' },
            drawing(made), details(made))];
    };

    ask();
    return {
        title: 'Topology',
        view: () => [
            h('div', { class: 'heading' }, h('h1', { tabindex: '-1' }, 'Topology'),
                question.value ? h('p', { class: 'quiet' }, count(question.value.nodes.length, 'object'), ', ',
                    count(question.value.edges.length, 'tie')) : null),
            h('div', { class: 'toolbar', role: 'search', 'aria-label': 'What is shown' },
                h('p', { class: 'field' }, h('label', { for: 'topology-application' }, 'Application'), h('select', {
                    id: 'topology-application', on: { change: (event) => {
                        amend({ application: event.target.value, selected: null, wanted: null });
                        question.value = null;
                        ask();
                    } },
                }, h('option', { value: '', prop: { selected: state.application === '' } }, 'all'),
                    names().map((name) => h('option', { value: name, key: name, prop: { selected: state.application === name } }, name)))),
                h('p', { class: 'field' }, h('label', { for: 'topology-filter' }, 'Name'), h('input', {
                    id: 'topology-filter', type: 'search', autocomplete: 'off', spellcheck: 'false', placeholder: 'and all that is tied to it',
                    prop: { value: state.filter }, on: { input: (event) => amend({ filter: event.target.value, wanted: null }) },
                })),
                h('div', { class: 'chips', role: 'group', 'aria-label': 'Shown as' },
                    chip('Drawing', state.view === 'drawing', () => amend({ view: 'drawing' })),
                    chip('Table', state.view === 'table', () => amend({ view: 'table' })))),
            question.value?.past ? [
                notice('idle', h('p', null, 'As git said it at ', h('code', null, revisionText(question.value.past.revision)),
                    '; pods and traffic of then are not kept.')),
                remarks(question.value.past.notes),
            ] : null,
            answered(question, show, ask),
        ],
        timeChanged() {
            clearTimeout(timer);
            ask();
        },
        modelChanged() {
            if (app.clock.mode !== 'live') return;
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

const nodeID = (id) => `node-${id.replace(/[^a-zA-Z0-9]/g, (sign) => `_${sign.codePointAt(0).toString(16)}_`)}`;
const share = (edge) => ((edge.weight ?? null) === null ? '' : `${edge.weight}%`);

/** What each version of a workload that runs a rollout has of the requests. */
const shares = (node) => (node.sets ?? []).filter((set) => (set.share ?? null) !== null).map((set) => `${set.version} ${set.share}%`);

function ties(node, wired) {
    const out = wired.out(node.id);
    const shares = out.map(share).filter(Boolean).join(', ');
    return `${out.length} onward${shares ? ` (${shares})` : ''}, ${wired.back(node.id).length} back`;
}

function lineView({ edge, from: [x1, y1], to: [x2, y2], crowd }, chosen) {
    const bend = Math.max(32, Math.abs(x2 - x1) / 2);
    const weight = edge.weight ?? null;
    const isNear = chosen !== null && chosen.has(edge.from) && chosen.has(edge.to);
    const said = isLabeled(edge) && (crowd <= mostLabels || isNear) ? `${share(edge)} ${edge.match ? matchWords(edge.match) : ''}`.trim() : '';
    return h('g', { key: `${edge.from}>${edge.to}>${edge.kind}>${edge.match ?? ''}`,
        class: `edge ${edge.kind} ${chosen !== null && !isNear ? 'dim' : ''} ${weight === 0 ? 'none' : ''}` },
        h('path', { d: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
            'stroke-width': (weight === null ? 1.4 : 1 + weight / 28).toFixed(2) }),
        said ? h('text', { x: x2 - 8, y: (y2 - 4).toFixed(0), 'text-anchor': 'end' }, middle(said, 24)) : null);
}
