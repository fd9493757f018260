// Where deploy events are sent, what waits, and what was given up.
import { Question, post } from './api.js';
import { h } from './dom.js';
import { count } from './format.js';
import { to } from './router.js';
import { answered, badge, button, nothing, panel, when } from './ui.js';

export function open({ app }) {
    const question = new Question(app.redraw);
    const ask = () => question.ask('/api/v1/sinks');
    const timer = setInterval(() => (document.hidden ? undefined : ask()), 10_000);

    const retry = async (sink) => {
        const letters = letterList(sink).length;
        const done = await app.ask({
            title: `Send again through ${sink.name}?`, verb: 'Send again',
            text: letters > 0 ? `${count(letters, 'dead letter')} and whatever waits are sent now, in their order.` : 'What waits is sent now.', run: () => post(`/api/v1/sinks/${encodeURIComponent(sink.name)}/retry`, {}),
        });
        if (done) ask();
    };

    ask();
    return {
        title: 'Sinks',
        view: () => [
            h('div', { class: 'heading' }, h('h1', { tabindex: '-1' }, 'Sinks'), h('p', { class: 'quiet' }, 'Where deploy events are told.')),
            answered(question, (value) => {
                const sinks = Array.isArray(value) ? value : value.sinks ?? [];
                if (sinks.length === 0) return nothing('No Notification stands in the repository.');
                return sinks.map((sink) => sinkView(sink));
            }, ask),
        ],
        close() {
            clearInterval(timer);
            question.drop();
        },
    };

    function sinkView(sink) {
        const letters = letterList(sink);
        const word = letters.length > 0 ? 'failed' : sink.lastError ? 'paused' : 'succeeded';
        return panel(sink.name, { key: sink.name, actions: button('Send again…', () => retry(sink), { disabled: letters.length === 0 && !(sink.waiting > 0) }) },
            h('p', null, badge(word, word === 'succeeded' ? 'Delivering' : word === 'paused' ? 'Trying again' : 'Given up on some'), ' ', h('span', { class: 'quiet' }, `${sink.kind}, `, count(sink.waiting ?? 0, 'event waits', 'events wait'),
                sink.nextTry ? [', next try ', when(sink.nextTry, app.clock)] : null)),
            sink.lastError ? h('p', { class: 'app-message' }, sink.lastError) : null,
            letters.length > 0 ? h('details', { open: letters.length < 10 }, h('summary', null, count(letters.length, 'dead letter')), h('ul', { class: 'plain-list' }, letters.slice(0, 100).map((letter, index) => h('li', { key: letter.id ?? index },
                letter.event || letter.id ? h('a', { href: to(`/history/${encodeURIComponent(letter.event ?? letter.id)}`) }, letter.event ?? letter.id) : null, ' ', letter.error ?? letter.lastError ?? letter.message ?? '',
                letter.at || letter.time ? [' ', h('span', { class: 'quiet' }, when(letter.at ?? letter.time, app.clock))] : null)))) : null);
    }
}

const letterList = (sink) => (Array.isArray(sink.deadLetters) ? sink.deadLetters : Array.isArray(sink.dead) ? sink.dead : []);
