// What differs between two moments: times, commits, branches or tags.
import { Question } from './api.js';
import { h } from './dom.js';
import { count, deployTitle, exact, full, imageText, revisionText, short, zone } from './format.js';
import { actionBadge, answered, choices, diffView, fieldTable, notice, nothing, remarks, troubles } from './ui.js';

const most = 200;

export function open({ app, query }) {
    const question = new Question(app.redraw);
    const state = { from: query.get('from') ?? app.clock.text, to: query.get('to') ?? '', application: query.get('application') ?? '',
        unfolded: new Map() };

    const ask = () => {
        app.router.amend({ from: state.from, to: state.to, application: state.application });
        if (state.from === '') return;
        question.ask('/api/v1/diff', { from: plain(state.from), to: plain(state.to) || new Date(app.clock.present()).toISOString(),
            application: state.application });
    };

    /** `2026-11-20 10:00` as people write it is a time where they are. */
    const plain = (text) => {
        const written = text.trim();
        if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?$/.test(written)) return written;
        const time = new Date(written.includes(':') ? written.replace(' ', 'T') : `${written}T00:00`);
        return Number.isNaN(time.getTime()) ? written : time.toISOString();
    };

    const show = (value) => [
        h('p', { class: 'versus' }, side(value.from), h('span', { class: 'quiet' }, ' to '), side(value.to),
            h('span', { class: 'quiet' }, `: ${count(value.objects.length, 'object differs', 'objects differ')}`)),
        troubles(value.problems),
        remarks(value.notes),
        value.objects.length === 0 ? nothing('Both say the same.') : null,
        value.objects.slice(0, most).map((item) => {
            const { object } = item;
            const id = `${item.application}/${object.group}/${object.kind}/${object.namespace}/${object.name}`;
            const open = state.unfolded.get(id) ?? value.objects.length <= 6;
            return h('details', { class: 'panel object-diff', key: id, open,
                on: { toggle: (event) => { if (state.unfolded.get(id) === event.target.open
                || open === event.target.open) return; state.unfolded.set(id, event.target.open); app.redraw(); } } },
                h('summary', null, actionBadge(item.action), ' ', h('b', null, object.kind),
                    ` ${object.namespace ? `${object.namespace}/` : ''}${object.name}`,
                    h('span', { class: 'quiet' }, ` ${item.application}`, item.fields?.length ? `, ${count(item.fields.length, 'field')}`
                        : '')),
                open ? [item.action === 'changed' && item.fields?.length
                    ? fieldTable(`Fields of ${object.kind} ${object.name}`, item.fields.slice(0, 200), item.fields.length - 200) : null,
                item.diff ? diffView(item.diff) : null] : null);
        }),
        value.objects.length > most ? h('p', { class: 'quiet' }, `and ${value.objects.length - most} more: choose one application`) : null,
    ];

    const field = (name, label, hint) => h('p', { class: 'field' }, h('label', { for: `diff-${name}` }, label),
        h('input', { id: `diff-${name}`, list: name === 'application' ? 'diff-applications' : 'diff-moments', placeholder: hint,
            autocomplete: 'off', spellcheck: 'false', prop: { value: state[name] },
        on: { input: (event) => { state[name] = event.target.value.trim(); } } }));

    if (state.from) ask();
    return {
        title: 'Difference',
        view: () => [
            h('div', { class: 'heading' }, h('h1', { tabindex: '-1' }, 'Difference of two moments')),
            h('form', { class: 'toolbar', on: { submit: (event) => { event.preventDefault(); ask(); } } },
                field('from', 'From', 'commit, branch, time, 2h ago'), field('to', 'To', 'now'), field('application', 'Application', 'all'),
                h('p', { class: 'field' }, h('button', { type: 'submit', class: 'primary' }, 'Compare')),
                choices('diff-moments', recent().map((event) => [event.commit,
                    `${exact(event.startedAt)} ${deployTitle(event)} ${(event.images ?? []).map((change) => imageText(change.to ?? '')).join(' ')}`])),
                choices('diff-applications', app.model.names())),
            state.from === '' && question.value === null
                ? notice('idle', h('p', null, `Write a commit, a branch, or a time of yours (${zone(app.clock.present())}) such as 2026-11-20 10:00. What git said at both is compared; values of Secrets are masked.`)) : null,
            question.value !== null || question.asking || question.failure ? answered(question, show, ask) : null,
        ],
        timeChanged() {
            if (app.clock.mode === 'live') return;
            state.from = app.clock.text;
            ask();
        },
        close: () => question.drop(),
    };

    function recent() {
        return app.model.deploys({ from: 0, to: app.clock.present() }).reverse().slice(0, 40);
    }
}

const side = (end) => h('b', { title: end.commit || null }, end.time ? full(end.time) : '', end.time ? ' ' : '',
    h('code', null, revisionText(end.revision) || short(end.commit)));
