// One application: how it stands, its workloads, what git says of it, what happened to it.
import { Question } from './api.js';
import { workloadTable } from './applications.js';
import { h } from './dom.js';
import { count, revisionText, workloadWords } from './format.js';
import { to } from './router.js';
import { answered, badge, button, deployRow, fact, failureView, nothing, notice, panel, remarks, tabs, troubles, waiting, when } from './ui.js';

const objectsShown = 100;
const rowsShown = 100;

export function open({ app, parameters, query }) {
    const { name } = parameters;
    const path = `/applications/${encodeURIComponent(name)}`;
    const tab = ['objects', 'history'].includes(query.get('tab')) ? query.get('tab') : 'workloads';
    const [objects, events] = [new Question(app.redraw), new Question(app.redraw)];
    const state = { filter: '', most: rowsShown, unfolded: new Set() };

    const ask = () => {
        if (tab === 'objects') {
            const asked = app.clock.text ? { time: app.clock.text }
                : { revision: app.model.application(name)?.revision?.split('@').pop() || app.model.source?.commit };
            objects.ask('/api/v1/objects', { application: name, ...asked });
        }
        if (tab === 'history') events.ask('/api/v1/history', { application: name, limit: 30, to: app.clock.text });
    };

    const objectList = (answer) => {
        const words = state.filter.toLowerCase();
        const found = answer.objects.filter(({ object }) => `${object.namespace} ${object.kind}/${object.name}`.toLowerCase().includes(words));
        return [
            troubles(answer.problems),
            remarks(answer.notes),
            h('p', { class: 'quiet' }, `${count(answer.objects.length, 'object')} as git says at ${revisionText(answer.revision || answer.commit)}; values of Secrets are masked.`),
            h('p', { class: 'field' }, h('label', { for: 'objects-filter' }, 'Filter objects'),
                h('input', { id: 'objects-filter', type: 'search', autocomplete: 'off', prop: { value: state.filter },
                    on: { input: (event) => { state.filter = event.target.value; app.redraw(); } } })),
            h('ul', { class: 'objects' }, found.slice(0, objectsShown).map(({ object, origin, yaml }) => {
                const id = `${object.group}/${object.kind}/${object.namespace}/${object.name}`;
                return h('li', { key: id }, h('details',
                    { on: { toggle: (event) => { state.unfolded[event.target.open ? 'add' : 'delete'](id); app.redraw(); } } },
                    h('summary', null, h('b', null, object.kind), ' ', object.namespace ? `${object.namespace}/` : '', object.name,
                        h('span', { class: 'quiet origin' }, origin)),
                    state.unfolded.has(id) ? h('pre',
                        { class: 'code', role: 'region', tabindex: '0', 'aria-label': `${object.kind} ${object.name} as YAML` }, yaml) : null));
            })),
            found.length === 0 ? nothing('Nothing matches.') : null,
            found.length > objectsShown ? h('p', { class: 'quiet' }, `and ${found.length - objectsShown} more: filter them`) : null,
        ];
    };

    /** Worst first, and not all of two thousand at once. */
    const workloadList = (workloads) => {
        const found = workloads.filter((workload) => workloadWords(workload).includes(state.filter.toLowerCase()));
        return [
            workloads.length > rowsShown ? h('p', { class: 'field' }, h('label', { for: 'workloads-filter' }, 'Filter workloads'),
                h('input', { id: 'workloads-filter', type: 'search', autocomplete: 'off', prop: { value: state.filter },
                    on: { input: (event) => { state.filter = event.target.value; app.redraw(); } } })) : null,
            found.length === 0 ? nothing('Nothing matches.') : workloadTable(`Workloads of ${name}`, found, app, state.most),
            found.length > state.most ? h('p', { class: 'more' },
                button(`Show ${Math.min(rowsShown, found.length - state.most)} more of ${found.length - state.most}`, () => {
                    state.most += rowsShown;
                    app.redraw();
                })) : null,
        ];
    };

    ask();
    return {
        title: name,
        view() {
            const sight = app.model.sight();
            const application = app.model.application(name);
            return [
                h('div', { class: 'heading' }, h('p', { class: 'crumbs' }, h('a', { href: to('/') }, 'Applications')),
                    h('h1', { tabindex: '-1' }, name),
                    application ? h('p', { class: 'badges' }, badge(application.sync), badge(application.health)) : null),
                sight.failure ? failureView(sight.failure, () => app.model.refresh()) : null,
                application === null ? (sight.applications
                    ? notice('idle', h('p', null, 'There is no such application at this time, or it is not yours to see.')) : sight.failure
                    ? null : waiting()) : [
                    h('dl', { class: 'facts', key: 'facts' },
                        fact('Revision', revisionText(application.revision)),
                        // Of the past it is not kept.
                        application.appliedRevision !== undefined
                            ? fact('Applied', revisionText(application.appliedRevision) || 'nothing yet') : null,
                        application.objects !== undefined ? fact('Objects', application.objects) : null,
                        fact(app.clock.mode === 'past' ? 'So since' : 'Changed',
                            when(application.changedAt ?? application.since, app.clock))),
                    application.message ? h('p', { class: 'app-message' }, application.message) : null,
                    application.problems?.length ? panel('Problems', { key: 'problems' },
                        h('ul', { class: 'problems' }, application.problems.map((problem) => h('li', null,
                        h('code', null, problem.place), problem.object ? [' ', h('b', null, problem.object)] : null, ' ',
                        problem.message)))) : null,
                    tabs('Parts of the application', [
                        { id: 'workloads', text: 'Workloads', href: to(path) },
                        { id: 'objects', text: 'Objects', href: to(path, { tab: 'objects' }) },
                        { id: 'history', text: 'History', href: to(path, { tab: 'history' }) },
                        { id: 'topology', text: 'Topology', href: to('/topology', { application: name }) },
                    ], tab),
                    tab === 'workloads' ? (application.workloads?.length
                        ? workloadList(application.workloads) : nothing('No workloads.')) : null,
                    tab === 'objects' ? answered(objects, objectList, ask) : null,
                    tab === 'history' ? answered(events, (answer) => [
                        answer.events.length ? h('ol', { class: 'deploys' }, answer.events.map((event) => deployRow(event, app.clock)))
                            : nothing('No deploys yet.'),
                        answer.next ? h('p', { class: 'more' },
                            h('a', { href: to('/history', { application: name }) }, 'The whole history')) : null,
                    ], ask) : null,
                ],
            ];
        },
        timeChanged: ask,
        deploy: (event) => { if (tab === 'history' && event.application === name) ask(); },
        close() {
            objects.drop();
            events.drop();
        },
    };
}
