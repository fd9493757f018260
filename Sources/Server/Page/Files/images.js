// A workload's containers: what runs, which tags there are, and what automation would do.
import { h } from './dom.js';
import { button, imageView, notice, nothing, table, when } from './ui.js';

const tagsShown = 8;
const longer = new Set();

export function imagesView(value, app, verbs, closed, refresh, asking) {
    return [
        value.containers.length === 0 ? nothing('No containers.') : null,
        value.containers.map((container) => {
            const id = `${value.workload.namespace}/${value.workload.name}/${container.name}`;
            const most = longer.has(id) ? 500 : tagsShown;
            return h('section', { class: 'container', key: container.name },
                h('h3', null, container.name, ' ', imageView(container.image)),
                h('p', { class: 'quiet' }, container.policy ? ['Filter ', h('code', null, container.policy), '. '] : null,
                    container.verdict),
                container.error ? notice('warn', h('p', null, container.error)) : null,
                container.candidates.length === 0 ? null
                    : table(`Tags of ${container.name}`, ['Tag', 'Built', ''],
                    container.candidates.slice(0, most).map((candidate) => h('tr', {
                    key: candidate.tag, class: candidate.current ? 'current' : candidate.passes ? null : 'filtered',
                },
                h('th', { scope: 'row', title: candidate.digest || null }, candidate.tag,
                    candidate.current ? h('span', { class: 'flag' }, 'runs') : candidate.passes ? null
                    : h('span', { class: 'flag quiet' }, 'filtered out')),
                h('td', null, when(candidate.builtAt, app.clock, '')),
                h('td', { class: 'end' }, candidate.current ? null : button('Release…', () => verbs.release(container, candidate.tag), {
                    kind: 'small', disabled: closed !== null, label: `Release… ${candidate.tag} of ${container.name}`, title: closed,
                })))), { cards: false }),
                container.candidates.length > most
                    ? h('p', { class: 'more' }, button(`Show ${Math.min(500, container.candidates.length) - most} more tags`, () => {
                    longer.add(id);
                    app.redraw();
                }, { kind: 'small' })) : null);
        }),
        h('p', { class: 'more' }, button(asking ? 'Asking…' : 'Ask the registries anew', refresh, { kind: 'small', disabled: asking })),
    ];
}
