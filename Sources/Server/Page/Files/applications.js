// The first screen: every application, problems first.
import { h } from './dom.js';
import { count, rank, tone, workloadWords } from './format.js';
import { icon } from './icons.js';
import { to } from './router.js';
import { badge, button, commitText, failureView, imageView, notice, nothing, pods, table, waiting, weightBar, when,
    workloadLink } from './ui.js';

const page = 40;
/** `web-9` before `web-10`. */
const collator = new Intl.Collator('en', { numeric: true });
const rowsShown = 25;
/** Applications whose workloads are shown without being asked for. */
const unfoldedAtFirst = 10;
/** Of an application that is shown for some of its workloads only. */
const hitsShown = 5;

const sieves = [
    ['all', 'All', () => true],
    ['problems', 'With problems', (application) => rank(application) < 2],
    ['moving', 'Moving', (application) => rank(application) === 2],
    ['well', 'Well', (application) => rank(application) === 3],
];

/** How much of the list was open, for who comes back to it. */
let kept = null;

export function open({ app, query, isBack }) {
    const state = { most: page, unfolded: new Map(), longer: new Set(), ...(isBack ? kept : {}), filter: query.get('filter') ?? '',
        sieve: query.get('show') ?? 'all' };
    let timer = null;

    const found = (applications) => {
        const words = state.filter.toLowerCase().split(/\s+/).filter(Boolean);
        const hit = (text) => words.every((word) => text.includes(word));
        const result = [];
        for (const application of applications) {
            const workloads = application.workloads ?? [];
            if (words.length === 0 || hit(`${application.application} ${application.sync} ${application.health}`.toLowerCase())) {
                result.push({ application, workloads, narrowed: false });
                continue;
            }
            const some = workloads.filter((workload) => hit(`${application.application.toLowerCase()} ${workloadWords(workload)}`));
            if (some.length > 0) result.push({ application, workloads: some, narrowed: true });
        }
        return result.sort((a, b) => rank(a.application) - rank(b.application)
            || collator.compare(a.application.application, b.application.application));
    };

    const list = (all) => {
        const hits = found(all);
        const counts = new Map(sieves.map(([id, , passes]) => [id, hits.filter((hit) => passes(hit.application)).length]));
        const passes = (sieves.find(([id]) => id === state.sieve) ?? sieves[0])[2];
        const shown = hits.filter((hit) => passes(hit.application));
        return [
            h('div', { class: 'toolbar', role: 'search', key: 'toolbar' },
                h('p', { class: 'field inline' }, h('label', { class: 'visually-hidden', for: 'filter' },
                    'Filter applications and workloads'),
                    h('input', { id: 'filter', type: 'search', placeholder: 'Filter: name, namespace, image…', autocomplete: 'off',
                        spellcheck: 'false', prop: { value: state.filter }, on: { input: sift } })),
                h('div', { class: 'chips', role: 'group', 'aria-label': 'Show' }, sieves.map(([id, text]) => h('button', {
                    type: 'button', class: 'chip', key: id, 'aria-pressed': String(state.sieve === id), on: { click: () => choose(id) },
                }, text, ' ', h('span', { class: 'count' }, counts.get(id))))),
                h('p', { class: 'visually-hidden', role: 'status' }, `${count(shown.length, 'application')} shown`)),
            shown.length === 0 ? nothing(all.length === 0 ? 'The repository has no applications yet.' : 'Nothing matches.') : null,
            h('ul', { class: 'apps', key: 'apps' }, shown.slice(0, state.most).map((hit, index) => card(hit, index))),
            shown.length > state.most ? h('p', { class: 'more' },
                button(`Show ${Math.min(page, shown.length - state.most)} more of ${shown.length - state.most}`, () => {
                state.most += page;
                app.redraw();
            })) : null,
        ];
    };

    const sift = (event) => {
        state.filter = event.target.value;
        state.most = page;
        clearTimeout(timer);
        // Who types on does not wait for each letter's list.
        timer = setTimeout(() => {
            app.router.amend({ filter: state.filter });
            app.redraw();
        }, 80);
    };

    const choose = (id) => {
        state.sieve = id;
        app.router.amend({ show: id === 'all' ? '' : id });
        app.redraw();
    };

    const card = ({ application, workloads, narrowed }, index) => {
        const name = application.application;
        const unfolded = state.unfolded.get(name) ?? (index < unfoldedAtFirst && (narrowed || rank(application) < 3));
        const id = `workloads-of-${name.replace(/[^a-zA-Z0-9-]/g, '_')}`;
        const most = state.longer.has(name) ? Infinity : narrowed ? hitsShown : rowsShown;
        return h('li', { class: `app ${edge(application)}`, key: name },
            h('div', { class: 'app-line' },
                h('h2', null, h('a', { href: to(`/applications/${encodeURIComponent(name)}`) }, name)),
                h('p', { class: 'app-badges' }, badge(application.sync), ' ', badge(application.health)),
                h('p', { class: 'app-revision' }, h('span', { class: 'visually-hidden' }, 'Revision '),
                    revision(application.appliedRevision || application.revision)),
                h('p', { class: 'app-when quiet' }, when(application.changedAt ?? application.since, app.clock, '')),
                h('p', { class: 'app-fold' }, button([count(workloads.length, 'workload'), icon('down')], () => {
                    state.unfolded.set(name, !unfolded);
                    app.redraw();
                }, { kind: 'plain fold', expanded: unfolded, controls: id, label: `${count(workloads.length, 'workload')} of ${name}`, disabled: workloads.length === 0 }))),
            application.message && rank(application) < 3 ? h('p', { class: 'app-message' }, application.message) : null,
            (application.problems ?? []).slice(0, 3).map((problem) => h('p', { class: 'app-problem' }, icon('warn'),
                h('code', null, problem.place || problem.object), ' ', problem.message)),
            (application.problems ?? []).length > 3
                ? h('p', { class: 'app-problem' },
                h('a', { href: to(`/applications/${encodeURIComponent(name)}`) }, `and ${application.problems.length - 3} more problems`))
                : null,
            h('div', { id, hidden: !unfolded || workloads.length === 0 }, unfolded && workloads.length > 0 ? [
                workloadTable(`Workloads of ${name}`, workloads, app, most),
                workloads.length > most ? h('p', { class: 'more' }, button(`Show all ${workloads.length} workloads`, () => {
                    state.longer.add(name);
                    app.redraw();
                }, { kind: 'small' })) : null,
            ] : null));
    };

    return {
        title: 'Applications',
        close() {
            clearTimeout(timer);
            kept = { most: state.most, unfolded: state.unfolded, longer: state.longer };
        },
        view() {
            const sight = app.model.sight();
            return [
                h('div', { class: 'heading' }, h('h1', { tabindex: '-1' }, 'Applications'), sourceLine(app)),
                app.clock.mode === 'past' && sight.knownSince && Date.parse(sight.knownSince) > app.clock.at
                    ? notice('idle', h('p', null, 'What was seen is known only since ', when(sight.knownSince, app.clock), '.')) : null,
                sight.failure ? failureView(sight.failure, () => app.model.refresh()) : null,
                sight.applications ? list(sight.applications) : sight.failure ? null : waiting(),
            ];
        },
    };
}

const edge = (application) => ['bad', 'warn', 'busy', tone(application.health) === 'good' && tone(application.sync) === 'good' ? 'good'
    : 'idle'][rank(application)];

const revision = (text) => {
    const [branch, commit] = (text ?? '').split('@');
    return commit ? [h('span', { class: 'quiet' }, branch, ' '), commitText(commit)] : text ? commitText(text)
        : h('span', { class: 'quiet' }, 'nothing applied');
};

function sourceLine(app) {
    const source = app.model.source;
    if (!source || app.clock.mode === 'past') return null;
    const automation = app.model.overview?.automation;
    return h('div', { class: 'source' },
        h('p', null, icon('commit'), h('span', { class: 'address', title: source.url }, source.url),
            source.commit || source.revision ? [' ', revision(source.revision || source.commit)] : null,
            source.fetchedAt ? h('span', { class: 'quiet' }, ' fetched ', when(source.fetchedAt, app.clock)) : null),
        source.error ? notice('bad', h('p', null, h('strong', null, 'The repository cannot be read. '), source.error)) : null,
        automation && automation !== 'on' ? h('p', { class: 'quiet' }, `Image automation is off: ${automation}`) : null);
}

/** Workloads in rows, worst first, and so many of them. */
export function workloadTable(caption, workloads, app, most = workloads.length) {
    const order = { bad: 0, warn: 1, busy: 2, idle: 3, good: 4 };
    const sorted = [...workloads].sort((a, b) => order[tone(a.health)] - order[tone(b.health)] || collator.compare(a.namespace, b.namespace)
        || collator.compare(a.name, b.name));
    return table(caption, ['Workload', 'Namespace', 'Health', 'Pods', 'Images', 'Release'],
        sorted.slice(0, most).map((workload) => h('tr', { key: `${workload.group}/${workload.kind}/${workload.namespace}/${workload.name}` },
        h('th', { scope: 'row' }, workloadLink(workload, workload.name), ' ', h('span', { class: 'kind' }, workload.kind)),
        h('td', null, workload.namespace),
        h('td', null, badge(workload.health),
            workload.message ? h('span', { class: 'row-message' }, workload.message) : null),
        h('td', null, pods(workload)),
        h('td', null, h('span', { class: 'images' },
            Object.entries(workload.images ?? {}).map(([container, image]) => h('span', { key: container },
            imageView(image), workload.liveImages?.[container] && workload.liveImages[container] !== image
                ? h('span', { class: 'quiet' }, ' live: ', imageView(workload.liveImages[container])) : null)))),
        h('td', null, release(workload)))), { class: 'workloads' });
}

function release(workload) {
    const { rollout } = workload;
    if (!rollout && !workload.strategy && !workload.automated && !workload.locked) return null;
    return h('span', { class: 'release' },
        rollout ? [badge(rollout.phase, `${workload.strategy || 'rollout'} ${rollout.steps ? `${rollout.step}/${rollout.steps}` : ''}`.trim(), rollout.message), weightBar(rollout.weight, { small: true })]
            : workload.strategy ? h('span', { class: 'quiet' }, workload.strategy) : null,
        workload.automated ? h('span', { class: 'flag', title: 'Follows new images' }, icon('automation'), 'automated') : null,
        workload.locked ? h('span', { class: 'flag warn', title: workload.lockedReason || null }, icon('lock'), 'locked') : null);
}
