// Any PromQL over the page's time, with the deploys behind the lines. What is asked is in the address.
import { Question } from './api.js';
import { h } from './dom.js';
import { amount, count, duration, deployAuthor, deployTitle, exact, imageText, person, short, tone, words } from './format.js';
import { Graph, load, outcomeSign, seriesColor, seriesDash, tabulate } from './graph.js';
import { to } from './router.js';
import { badge, button, choices, commitText, failureView, imageChange, notice, nothing, waiting } from './ui.js';

const mostGraphs = 8;
const points = 240;

/** Questions that people begin with, for a namespace. */
const families = [
    ['Requests of the application', (namespace) => [
        ['Requests per second', `sum by (service) (rate(http_requests_total{namespace="${namespace}"}[2m]))`],
        ['Share of errors', `sum by (service) (rate(http_requests_total{namespace="${namespace}",code=~"5.."}[2m])) / sum by (service) (rate(http_requests_total{namespace="${namespace}"}[2m]))`],
        ['Latency, 95th percentile', `histogram_quantile(0.95, sum by (le, service) (rate(http_request_duration_seconds_bucket{namespace="${namespace}"}[2m])))`],
    ]],
    ['Requests seen by Istio', (namespace) => [
        ['Share of errors', `sum by (destination_workload) (rate(istio_requests_total{reporter="destination",destination_workload_namespace="${namespace}",response_code=~"5.."}[2m])) / sum by (destination_workload) (rate(istio_requests_total{reporter="destination",destination_workload_namespace="${namespace}"}[2m]))`],
        ['Latency, 95th percentile', `histogram_quantile(0.95, sum by (le, destination_workload) (rate(istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload_namespace="${namespace}"}[2m])))`],
    ]],
    ['Requests seen by ingress-nginx', (namespace) => [
        ['Share of errors', `sum by (service) (rate(nginx_ingress_controller_requests{namespace="${namespace}",status=~"5.."}[2m])) / sum by (service) (rate(nginx_ingress_controller_requests{namespace="${namespace}"}[2m]))`],
        ['Latency, 95th percentile', `histogram_quantile(0.95, sum by (le, service) (rate(nginx_ingress_controller_request_duration_seconds_bucket{namespace="${namespace}"}[2m])))`],
    ]],
    ['Containers', (namespace) => [
        ['CPU cores', `sum by (pod) (rate(container_cpu_usage_seconds_total{namespace="${namespace}",container!=""}[2m]))`],
        ['Memory in bytes', `sum by (pod) (container_memory_working_set_bytes{namespace="${namespace}",container!=""})`],
    ]],
    ['Martlet', (namespace) => [
        ['Weight of new versions', `martlet_rollout_weight{namespace="${namespace}",arm="next"}`],
        ['Deploys per hour', 'sum by (outcome) (increase(martlet_deploys_total[1h]))'],
        ['Targets that answer', 'sum by (job) (up)'],
    ]],
];

/** A name in a label matcher can hold what its string must not. */
const quoted = (text) => text.replace(/[\\"\n]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`));

export function open({ app, query }) {
    const state = { namespace: query.get('namespace') ?? '', cards: [], serial: 0, missing: null };
    let timer = null;
    const range = Number(query.get('range'));
    if (Number.isFinite(range) && range >= 60) app.clock.cover(range * 1000);

    const make = (expression) => {
        const card = {
            key: state.serial += 1, expression, draft: expression, hidden: [], point: null, graph: null, table: null, source: null,
            note: '', question: null,
        };
        card.question = new Question(() => {
            if (card.question.value !== card.source) {
                card.source = card.question.value;
                card.table = card.source ? tabulate(card.source.data?.result ?? [], card.asked) : null;
                card.drawn = card.asked;
            }
            app.redraw();
        });
        return card;
    };

    const keep = () => app.router.amend({
        q: state.cards.map((card) => card.expression).filter(Boolean), range: Math.round(app.clock.span / 1000), namespace: state.namespace,
    });

    const ask = (card) => {
        if (card.expression.trim() === '' || app.model.overview?.prometheus === false) return;
        const window = app.clock.window();
        const step = Math.max(1, Math.ceil((window.to - window.from) / points / 1000));
        // On the step's grid the same question gives the same points again.
        const align = (time) => Math.floor(time / 1000 / step) * step;
        card.asked = window;
        card.question.ask('/api/v1/query_range', { query: card.expression, start: align(window.from), end: align(window.to), step });
    };

    const askAll = () => {
        clearTimeout(timer);
        state.cards.forEach(ask);
        app.model.cover(app.clock.window());
        if (app.clock.mode === 'live') timer = setTimeout(again, Math.max(15_000, app.clock.span / points));
    };

    /** Nobody looks: a little later, then. */
    const again = () => {
        if (document.hidden) timer = setTimeout(again, 2_000);
        else askAll();
    };

    const add = (expression) => {
        if (state.cards.length >= mostGraphs) {
            app.notices.say('warn', h('p', null, `${mostGraphs} graphs are the most one page has: remove one first.`));
            return;
        }
        const card = make(expression);
        state.cards.push(card);
        keep();
        ask(card);
        app.redraw();
    };

    const soon = () => {
        keep();
        clearTimeout(timer);
        timer = setTimeout(askAll, 100);
    };

    const drop = (card) => {
        card.question.drop();
        card.graph?.destroy();
        state.cards = state.cards.filter((other) => other !== card);
        keep();
        app.redraw();
    };

    const namespaces = () => [...new Set((app.model.overview?.applications ?? []).flatMap((application) => (application.workloads ?? []).map((workload) => workload.namespace)))].sort();

    const cardView = (card) => {
        const deploys = card.drawn ? app.model.deploys(card.drawn).filter((deploy) => !state.namespace || !deploy.workload
            || deploy.workload.namespace === state.namespace) : [];
        const moment = app.clock.mode === 'live' ? null : app.clock.at;
        const id = `query-${card.key}`;
        return h('section', { class: 'panel graph', key: card.key, 'aria-label': `Graph of ${card.expression || 'nothing yet'}` },
            h('form', { class: 'query', on: { submit: (event) => { event.preventDefault(); card.expression = card.draft.trim(); card.question.value = null; card.hidden = []; keep(); ask(card); } } },
                h('label', { class: 'visually-hidden', for: id }, 'PromQL'),
                h('input', { id, type: 'text', spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off',
                    placeholder: 'PromQL, such as up', prop: { value: card.draft },
                on: { input: (event) => { card.draft = event.target.value; } } }),
                h('button', { type: 'submit' }, 'Draw'),
                button('', () => drop(card), { kind: 'plain', shape: 'close', label: 'Remove this graph' })),
            card.question.failure ? failureView(card.question.failure, () => ask(card)) : null,
            card.table && card.table.names.length === 0 && !card.question.failure ? nothing('No series answers this at this time.') : null,
            !card.table && card.question.asking ? waiting('Asking Prometheus…') : null,
            card.table && card.table.names.length > 0 ? [
                h('div', {
                    class: 'graph-box', opaque: true, key: 'box', role: 'img', 'aria-label': summary(card, deploys),
                    mount: (element) => {
                        card.graph?.destroy();
                        card.graph = new Graph(element, {
                            zoom: (from, end) => app.clock.zoom(from, end),
                            values: (point) => { card.point = point; app.redraw(); },
                        }, bubble);
                    },
                    update: () => card.graph.show({ table: card.table, window: card.drawn, deploys, hidden: card.hidden,
                        moment }).catch((error) => { state.missing = error; app.redraw(); }),
                }),
                legend(card),
                deploys.length > 0 ? h('details', { class: 'graph-deploys' },
                    h('summary', null, `${count(deploys.length, 'deploy')} in this time`),
                h('ol', null, [...deploys].reverse().slice(0, 50).map((deploy) => h('li', { key: deploy.id },
                    h('a', {
                        href: to(`/history/${encodeURIComponent(deploy.id)}`),
                        on: { focus: () => card.graph?.light(deploy.id), blur: () => card.graph?.light(null),
                            mouseenter: () => card.graph?.light(deploy.id), mouseleave: () => card.graph?.light(null) },
                    }, deployTitle(deploy)), ' ', badge(deploy.outcome), ' ',
                        h('span', { class: 'quiet' }, exact(deploy.startedAt), ' ',
                        h('span', null, deploy.commits?.[0]?.subject ?? '')))))) : null,
            ] : null);
    };

    const legend = (card) => h('ul', { class: 'legend', 'aria-label': 'Series', key: 'legend' }, card.table.names.map((name, index) => {
        const off = card.hidden.includes(name);
        const value = card.point ? card.point.values.get(name) : lastValue(card.table, index);
        return h('li', { key: name }, h('button', {
            type: 'button', class: 'series', 'aria-pressed': String(!off), title: off ? 'Show' : 'Hide',
            on: { click: () => { card.hidden = off ? card.hidden.filter((other) => other !== name)
                : [...card.hidden, name]; app.redraw(); } },
        },
        h('svg', { class: 'stroke', viewBox: '0 0 24 6', 'aria-hidden': 'true' },
            h('path', { d: 'M0 3h24', style: { stroke: `var(${seriesColor(index)})` },
            'stroke-dasharray': (seriesDash(index) ?? []).join(' ') || null })),
        h('span', { class: 'series-name' }, name), h('b', null, amount(value))));
    }));

    const expressions = query.getAll('q').slice(0, mostGraphs);
    if (expressions.length > 0) expressions.forEach((expression) => state.cards.push(make(expression)));
    else if (state.namespace) families[0][1](quoted(state.namespace)).slice(1).forEach(([, expression]) => state.cards.push(make(expression)));
    askAll();

    return {
        title: 'Graphs',
        view() {
            const known = namespaces();
            const namespace = state.namespace || known[0] || 'default';
            const none = app.model.overview && app.model.overview.prometheus === false;
            return [
                h('div', { class: 'heading' }, h('h1', { tabindex: '-1' }, 'Graphs'),
                    h('p', { class: 'key', 'aria-label': 'Deploys behind the lines' },
                        ['succeeded', 'failed', 'rolled-back', 'superseded', 'running'].map((outcome) => h('span',
                            { key: outcome, class: `badge ${tone(outcome)}` }, h('span', { 'aria-hidden': 'true' }, outcomeSign(outcome)),
                            words(outcome))))),
                none ? notice('warn', h('p', null, h('strong', null, 'No Prometheus is configured. '),
                    'Start the daemon with the address of one, and this page asks it.')) : null,
                state.missing ? notice('bad', h('p', null, h('strong', null, 'Graphs cannot be drawn. '),
                    'The library dygraphs is missing where the daemon runs: install the package ', h('code', null, 'libjs-dygraphs'),
                ', or say with ', h('code', null, '--page-libraries'), ' where it is.'),
                    button('Try again', () => { state.missing = null; load().then(askAll,
                        () => { state.missing = true; app.redraw(); }); }, { kind: 'small' })) : null,
                h('div', { class: 'graph-list', key: 'graphs' }, state.cards.map(cardView)),
                h('section', { class: 'panel suggestions', 'aria-labelledby': 'suggestions', key: 'suggestions' },
                    h('header', null, h('h2', { id: 'suggestions' }, state.cards.length ? 'Add a graph' : 'Begin with a graph'),
                    h('div', { class: 'actions' }, h('label', { for: 'graph-namespace' }, 'Namespace'),
                        h('input', { id: 'graph-namespace', list: 'graph-namespaces', autocomplete: 'off',
                            prop: { value: state.namespace }, placeholder: namespace,
                        on: { input: (event) => { state.namespace = event.target.value.trim(); keep(); app.redraw(); } } }),
                        choices('graph-namespaces', known))),
                h('dl', null, families.map(([family, questions]) => h('div', { key: family }, h('dt', null, family),
                    h('dd', null, questions(quoted(namespace)).map(([text, expression]) => button(text, () => add(expression),
                    { kind: 'chip', title: expression })))))),
                button('Your own PromQL', () => { add(''); requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(`query-${state.serial}`)?.focus())); }, { shape: 'add' })),
            ];
        },
        timeChanged: soon,
        windowChanged: soon,
        close() {
            clearTimeout(timer);
            for (const card of state.cards) {
                card.question.drop();
                card.graph?.destroy();
            }
        },
    };
}

/** What stands in the bubble over a region. */
function bubble(deploy) {
    const commit = deploy.commits?.[0];
    return h('div', { class: 'bubble-deploy', key: deploy.id },
        h('p', null, h('b', null, deployTitle(deploy)), ' ', badge(deploy.outcome)),
        deploy.images?.map((change) => h('p', { key: change.container }, imageChange(change))),
        commit ? h('p', null, commitText(commit.id), ' ', h('span', null, commit.subject)) : h('p', null, commitText(deploy.commit)),
        h('p', { class: 'quiet' }, person(deployAuthor(deploy)) || 'unknown', ', ', exact(deploy.startedAt),
            deploy.endedAt ? `, took ${duration(Date.parse(deploy.endedAt) - Date.parse(deploy.startedAt))}` : ', still running'));
}

function lastValue(table, index) {
    for (let row = table.rows.length - 1; row >= 0; row -= 1) {
        const value = table.rows[row][index + 1];
        if (value !== null && value !== undefined) return value;
    }
    return null;
}

function summary(card, deploys) {
    const said = card.table.names.slice(0, 5).map((name, index) => `${name}: ${amount(lastValue(card.table, index))}`).join('; ');
    return `${card.expression}. ${count(card.table.names.length, 'series', 'series')}, last values ${said}. ${count(deploys.length, 'deploy')}${deploys.length ? `, the latest ${deployTitle(deploys.at(-1))} ${short(deploys.at(-1).commit)} ${(deploys.at(-1).images ?? []).map((change) => imageText(change.to ?? '')).join(' ')}` : ''}.`;
}
