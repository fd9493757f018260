// Where deploy events are sent, what waits, and what was given up.
import { Question, post } from './api.js';
import { h } from './dom.js';
import { count } from './format.js';
import { to } from './router.js';
import { answered, badge, button, nothing, notice, panel, when } from './ui.js';

export function open({ app }) {
    const question = new Question(app.redraw);
    const ask = () => question.ask('/api/v1/sinks');
    const timer = setInterval(() => (document.hidden ? undefined : ask()), 10_000);

    const retry = async (sink) => {
        const done = await app.ask({
            title: `Send again through ${sink.name}?`, verb: 'Send again',
            text: sink.deadLetterCount > 0 ? `${count(sink.deadLetterCount, 'dead letter')} and whatever waits are sent now, in their order.`
                : 'What waits is sent now.', run: () => post(`/api/v1/sinks/${encodeURIComponent(sink.name)}/retry`, {}),
        });
        if (done) ask();
    };

    ask();
    return {
        title: 'Sinks',
        view: () => [
            h('div', { class: 'heading' }, h('h1', { tabindex: '-1' }, 'Sinks'),
                h('p', { class: 'quiet' }, 'Where deploy events are told.')),
            app.clock.mode === 'past' ? notice('idle', h('p', null, 'The sinks as they are now: how they were is not kept.')) : null,
            answered(question, ({ sinks }) => (sinks.length === 0 ? nothing('No Notification stands in the repository.')
                : sinks.map(sinkView)), ask),
        ],
        close() {
            clearInterval(timer);
            question.drop();
        },
    };

    function sinkView(sink) {
        const { deadLetters: letters, deadLetterCount: dead } = sink;
        const word = dead > 0 ? 'failed' : sink.lastError ? 'paused' : 'succeeded';
        return panel(sink.name, { key: sink.name, actions: button('Send again…', () => retry(sink),
            { disabled: dead === 0 && sink.waiting === 0, label: `Send again… through ${sink.name}` }) },
            h('p', null, badge(word, word === 'succeeded' ? 'Delivering' : word === 'paused' ? 'Trying again' : 'Given up on some'), ' ',
                h('span', { class: 'quiet' }, `${sink.kind}, `, count(sink.waiting, 'event waits', 'events wait'),
                sink.nextTry ? [', next try ', when(sink.nextTry, app.clock)] : null, sink.dropped > 0 ? `, ${sink.dropped} dropped` : '',
                sink.origin ? [', ', h('code', null, sink.origin)] : null)),
            sink.lastError ? h('p', { class: 'app-message' }, sink.lastError) : null,
            dead > 0 ? h('details', { open: letters.length < 10 }, h('summary', null, count(dead, 'dead letter')),
                h('ul', { class: 'plain-list' }, letters.slice(0, 100).map((letter) => h('li', { key: letter.id },
                // One that tells of several together is no deploy itself.
                letter.application ? h('a', { href: to(`/history/${encodeURIComponent(letter.id)}`) }, letter.workload || letter.application)
                    : 'Several deploys together', ' ',
                letter.outcome ? badge(letter.outcome) : null, ' ', h('span', null, letter.reason),
                h('span', { class: 'quiet' }, letter.attempts ? ` ${count(letter.attempts, 'attempt')}, ` : ' ',
                    when(letter.at, app.clock)))))) : null);
    }
}
