// One deploy: its commits, images, steps, and every field it changed.
import { Question } from './api.js';
import { h } from './dom.js';
import { count, deployAuthor, deployTitle, full, revisionText, short } from './format.js';
import { to } from './router.js';
import { actionBadge, answered, author, badge, button, causeText, commitText, fact, fieldTable, imageChange, notice, nothing, panel, spent,
    stepList, when, workloadLink } from './ui.js';

export function open({ app, parameters }) {
    const question = new Question(app.redraw);
    const ask = () => question.ask(`/api/v1/history/${encodeURIComponent(parameters.id)}`);

    const show = (event) => [
        event.reason ? notice(event.outcome === 'failed' ? 'bad' : event.outcome === 'rolled-back' ? 'warn' : 'idle',
            h('p', null, event.reason)) : null,
        h('dl', { class: 'facts' },
            fact('Application', h('a', { href: to(`/applications/${encodeURIComponent(event.application)}`) }, event.application)),
            event.workload ? fact('Workload', workloadLink(event.workload),
                h('span', { class: 'quiet' }, ` in ${event.workload.namespace}`)) : null,
            fact('Started', h('time', { datetime: event.startedAt }, full(event.startedAt)),
                h('span', { class: 'quiet' }, ' ', when(event.startedAt, app.clock))),
            fact('Took', event.endedAt ? spent(event, app.clock) : h('span', null, spent(event, app.clock), ' so far')),
            fact('Revision', revisionText(event.revision)),
            fact('Before', event.previousCommit ? commitText(event.previousCommit) : 'nothing'),
            event.strategy ? fact('Strategy', event.strategy) : null,
            fact('Cause', author(deployAuthor(event)), h('span', { class: 'quiet' }, ` ${causeText(event.cause?.kind)}`))),
        h('div', { class: 'verbs' },
            button('See the page as it was then', () => app.clock.travel(Date.parse(event.endedAt ?? event.startedAt) + 500),
                { shape: 'clock' }),
            event.previousCommit && event.commit ? h('a',
                { class: 'button', href: to('/diff', { from: event.previousCommit, to: event.commit, application: event.application }) },
            'Difference in git') : null,
            h('button', { type: 'button', on: { click: () => graph(event) } }, 'Graphs around it')),
        event.images?.length ? panel('Images', {},
            h('ul', { class: 'plain-list' }, event.images.map((change) => h('li', { key: change.container }, imageChange(change))))) : null,
        panel('Commits', {}, event.commits?.length
            ? h('ol', { class: 'commits' }, event.commits.map((commit) => h('li', { key: commit.id }, commitText(commit.id), ' ',
            h('span', { class: 'subject' }, commit.subject),
            h('span', { class: 'quiet' }, ' ', author(commit.author), ', ', when(commit.time, app.clock)))))
                : nothing('No commit touched it.')),
        event.steps?.length ? panel('Steps', {}, stepList(event.steps)) : null,
        panel('Changes', {}, event.changes?.length
            ? event.changes.map((change) => h('section',
            { class: 'object-change', key: `${change.object.kind}/${change.object.namespace}/${change.object.name}` },
            h('h3', null, actionBadge(change.action), ' ', change.object.kind, ' ', change.object.namespace ? `${change.object.namespace}/`
                : '', change.object.name),
            change.fields?.length ? fieldTable(`Fields of ${change.object.kind} ${change.object.name}`, change.fields, change.more ?? 0)
                : null))
            : nothing(event.isFromNote ? 'What was written is not kept in notes.' : 'No object was written.')),
    ];

    const graph = (event) => {
        const start = Date.parse(event.startedAt);
        const end = event.endedAt ? Date.parse(event.endedAt) : app.clock.present();
        const around = Math.max(15 * 60_000, end - start);
        app.clock.zoom(start - around, end + around);
        app.router.go(to('/graphs', { namespace: event.workload?.namespace }));
    };

    ask();
    return {
        get title() {
            return question.value ? `Deploy of ${deployTitle(question.value)}` : 'Deploy';
        },
        view() {
            const event = question.value;
            return [
                h('div', { class: 'heading' }, h('p', { class: 'crumbs' }, h('a', { href: to('/history') }, 'History')),
                    h('h1', { tabindex: '-1' }, event ? deployTitle(event) : 'Deploy'),
                    event ? h('p', { class: 'badges' }, badge(event.outcome),
                        h('span', { class: 'quiet' }, count(event.commits?.length ?? 0, 'commit'), `, ${short(event.commit)}`)) : null),
                answered(question, show, ask),
            ];
        },
        deploy: (event) => { if (event.id === parameters.id) ask(); },
        close: () => question.drop(),
    };
}
