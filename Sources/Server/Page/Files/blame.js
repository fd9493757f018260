// For every field of a workload: the commit and the person that set it, or who in the cluster did.
import { h } from './dom.js';
import { count, day, full, person, revisionText } from './format.js';
import { commitText, nothing, table, troubles } from './ui.js';

export function blameView(report) {
    if (report.fields.length === 0) return nothing('Nothing is known of its fields.');
    const authors = new Map();
    for (const { commit } of report.fields) if (commit) authors.set(person(commit.author), (authors.get(person(commit.author)) ?? 0) + 1);
    let last = '';
    return [
        h('p', { class: 'quiet' }, `At ${revisionText(report.revision)}: ${count(report.fields.length, 'field')}`,
            authors.size ? ` by ${[...authors].sort((a, b) => b[1] - a[1]).slice(0, 5).map(([name, fields]) => `${name} (${fields})`).join(', ')}` : '', '.'),
        troubles(report.notes),
        table('Fields and who set them', ['Field', 'Value', 'Set by', 'Commit', 'Written in'], report.fields.map((field) => {
            const by = field.commit?.id ?? field.manager ?? '';
            const first = by !== last;
            last = by;
            return h('tr', { key: field.path, class: first ? 'first' : null },
                h('th', { scope: 'row' }, h('code', null, field.path)),
                h('td', null,
                    h('code', { class: 'value' }, typeof field.value === 'string' ? field.value : JSON.stringify(field.value))),
                h('td', null, field.commit ? h('span', { title: field.commit.author }, person(field.commit.author))
                    : h('span', { class: 'quiet' }, field.manager || 'the cluster')),
                h('td', null,
                    field.commit ? h('span', { class: 'blame-commit' }, commitText(field.commit.id), ' ', h('span', null, field.commit.subject), ' ',
                    h('time', { class: 'quiet', datetime: field.commit.time, title: full(field.commit.time) }, day(field.commit.time))) : null),
                h('td', null, field.origin && field.commit ? h('code', { class: 'quiet' }, field.origin) : null));
        }), { class: 'blame' }),
    ];
}
