// Every deploy there was: what, when, who, how it went.
import { get } from './api.js';
import { h } from './dom.js';
import { day, kindName } from './format.js';
import { choices, deployRow, failureView, nothing, notice, waiting, when } from './ui.js';

const page = 40;
const filters = ['application', 'namespace', 'workload', 'outcome', 'cause'];

/** The list as it was left, for who comes back to it. */
let kept = { query: '', events: [], next: null };

export function open({ app, query, isBack }) {
    const wanted = Object.fromEntries(filters.map((name) => [name, query.get(name) ?? '']));
    const state = { events: [], next: null, knownSince: null, asked: 0, asking: false, failure: null, known: false,
        query: '' };
    if (isBack && kept.query === location.search && kept.events.length > 0) {
        Object.assign(state, { events: kept.events, next: kept.next, known: true });
    }
    let timer = null;
    let watcher = null;

    const asked = () => {
        const [kind, name] = wanted.workload.includes('/') ? wanted.workload.split('/', 2) : ['', wanted.workload];
        return {
            application: wanted.application, namespace: wanted.namespace, kind: kindName(kind), name, outcome: wanted.outcome,
            cause: wanted.cause,
            to: app.clock.text, limit: page,
        };
    };

    /** `mayKeep`: what is older than the answer is still part of the list. */
    const load = async (further, mayKeep = false) => {
        if (further && (state.asking || !state.next)) return;
        const turn = state.asked += 1;
        state.asking = true;
        app.redraw();
        try {
            const answer = await get('/api/v1/history', { ...asked(), before: further ? state.next : '' });
            if (turn !== state.asked) return;
            const last = answer.events.at(-1)?.id ?? '';
            // Without one in common there may be more between them.
            const older = mayKeep && state.events.some((event) => event.id >= last) ? state.events.filter((event) => event.id < last) : [];
            state.events = further ? [...state.events, ...answer.events] : [...answer.events, ...older];
            if (older.length === 0) state.next = answer.next;
            Object.assign(state, { query: location.search, knownSince: answer.knownSince, failure: null, known: true });
        } catch (error) {
            if (turn !== state.asked) return;
            state.failure = error;
        }
        state.asking = false;
        app.redraw();
    };

    const set = (name, value) => {
        wanted[name] = value;
        app.router.amend({ [name]: value });
        clearTimeout(timer);
        timer = setTimeout(() => load(false), 250);
        app.redraw();
    };

    const text = (name, label, hint) => h('p', { class: 'field' }, h('label', { for: `history-${name}` }, label),
        h('input', { id: `history-${name}`, type: 'search', autocomplete: 'off', spellcheck: 'false', placeholder: hint,
            list: name === 'application' ? 'application-names' : null, prop: { value: wanted[name] },
        on: { input: (event) => set(name, event.target.value.trim()) } }));
    const choice = (name, label, options) => h('p', { class: 'field' }, h('label', { for: `history-${name}` }, label),
        h('select', { id: `history-${name}`, on: { change: (event) => set(name, event.target.value) } },
            options.map(([value, word]) => h('option', { value, prop: { selected: wanted[name] === value } }, word))));

    load(false, true);
    return {
        title: 'History',
        view() {
            const days = [];
            for (const event of state.events) {
                const date = day(event.startedAt);
                if (days.at(-1)?.date !== date) days.push({ date, events: [] });
                days.at(-1).events.push(event);
            }
            return [
                h('div', { class: 'heading' }, h('h1', { tabindex: '-1' }, 'History')),
                h('form', { class: 'toolbar', role: 'search', 'aria-label': 'Filter deploys',
                    on: { submit: (event) => event.preventDefault() } },
                    text('application', 'Application', 'any'), text('namespace', 'Namespace', 'any'),
                    text('workload', 'Workload', 'deployment/name'),
                    choice('outcome', 'Outcome', [['', 'any'], ['running', 'Running'], ['succeeded', 'Succeeded'], ['failed', 'Failed'],
                        ['rolled-back', 'Rolled back'], ['superseded', 'Superseded']]),
                    choice('cause', 'Cause', [['', 'any'], ['commit', 'Commit'], ['automation', 'Image automation'],
                        ['command', 'Command'], ['drift', 'Drift']]),
                    choices('application-names', app.model.names())),
                app.clock.mode === 'live' ? null : notice('idle', h('p', null, 'Deploys until the moment on the slider.')),
                state.failure ? failureView(state.failure, () => load(false)) : null,
                !state.known && !state.failure ? waiting() : null,
                state.known && state.events.length === 0 ? nothing(filters.some((name) => wanted[name])
                    ? 'No deploys match: names are taken as a whole.' : 'No deploys yet.') : null,
                days.map(({ date, events }) => h('section', { key: date, class: 'day', 'aria-label': date },
                    h('h2', null, date === day(app.clock.present()) ? 'Today' : date),
                    h('ol', { class: 'deploys' }, events.map((event) => deployRow(event, app.clock))))),
                state.known && state.events.length > 0 ? h('p', { class: 'more', key: 'more', mount: watch }, state.next
                    ? h('button', { type: 'button', disabled: state.asking, on: { click: () => load(true) } },
                        state.asking ? 'Loading…' : 'Show older')
                    : h('span', { class: 'quiet' }, 'That is all.',
                        state.knownSince ? [' Known since ', when(state.knownSince, app.clock), '.'] : null)) : null,
            ];
        },
        timeChanged: () => load(false),
        deploy(event) {
            if (app.clock.mode !== 'live') return;
            const index = state.events.findIndex((other) => other.id === event.id);
            if (index >= 0) state.events[index] = { ...state.events[index], ...event };
            else load(false, true);
        },
        close() {
            kept = { query: state.query, events: state.events, next: state.next };
            state.asked += 1;
            clearTimeout(timer);
            watcher?.disconnect();
        },
    };

    /** The end of the list in sight loads what comes after it; the button does for everybody else. */
    function watch(element) {
        watcher?.disconnect();
        watcher = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)
            && !state.failure) load(true); }, { rootMargin: '400px' });
        watcher.observe(element);
    }
}
