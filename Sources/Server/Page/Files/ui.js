// The pieces that every screen is made of.
import { workloadPath } from './api.js';
import { h } from './dom.js';
import { ago, deployAuthor, deployTitle, duration, exact, full, imageParts, person, short, tone, words, workloadTitle } from './format.js';
import { icon } from './icons.js';
import { to } from './router.js';

/** A word with its shape and color. */
export function badge(word, text = words(word), detail = '') {
    const kind = tone(word);
    return h('span', { class: `badge ${kind}`, title: detail || null }, icon(kind), text);
}

/** How long ago, with the exact time behind it. */
export function when(time, clock, empty = 'never') {
    const moment = typeof time === 'number' ? time : Date.parse(time ?? '');
    if (!Number.isFinite(moment)) return h('span', { class: 'quiet' }, empty);
    return h('time', { datetime: new Date(moment).toISOString(), title: full(moment) }, ago(moment, clock.present()));
}

export function spent(event, clock) {
    const end = event.endedAt ? Date.parse(event.endedAt) : clock.now();
    return duration(end - Date.parse(event.startedAt));
}

export function commitText(commit) {
    return h('code', { class: 'commit', title: commit || null }, short(commit) || '–');
}

export function imageView(image) {
    if (!image) return h('span', { class: 'quiet' }, 'none');
    const { place, name, version } = imageParts(image);
    return h('span', { class: 'image', title: image }, place ? h('span', { class: 'visually-hidden' }, place) : null,
        h('span', { class: 'image-name' }, name),
        version ? h('b', null, `:${version}`) : null);
}

/** From what to what an image went. */
export function imageChange(change) {
    const told = [change.from, change.to].some((image) => image && imageParts(image).name === change.container);
    return h('span', { class: 'change' }, told ? null : [h('span', { class: 'quiet container-name' }, change.container), ' '],
        change.from ? imageView(change.from) : h('span', { class: 'quiet' }, 'new'), ' ', icon('arrow'),
        h('span', { class: 'visually-hidden' }, ' to '), ' ',
        change.to ? (sameName(change) ? h('b', { title: change.to }, imageParts(change.to).version || change.to) : imageView(change.to))
            : h('span', { class: 'quiet' }, 'gone'));
}

function sameName(change) {
    if (!change.from || !change.to) return false;
    const [a, b] = [imageParts(change.from), imageParts(change.to)];
    return a.place === b.place && a.name === b.name;
}

export function workloadLink(key, text = workloadTitle(key)) {
    return h('a', { href: to(`/workloads/${workloadPath(key)}`) }, text);
}

export const author = (text) => h('span', { class: 'author', title: text || null }, person(text) || 'unknown');

/** What went wrong and what to do about it. */
export function failureView(failure, again) {
    return h('div', { class: 'notice bad', role: 'alert' }, icon('bad'),
        h('div', null, h('p', null, h('strong', null, sentence(failure.message))),
            failure.origin ? h('p', null, 'At ', h('code', null, failure.origin)) : null,
            failure.advice ? h('p', null, sentence(failure.advice)) : null,
            failure.candidates?.length ? h('ul', null, failure.candidates.map((candidate) => h('li', null, h('code', null, candidate))))
                : null,
            again ? h('button', { type: 'button', class: 'small', on: { click: again } }, 'Try again') : null));
}

const sentence = (text) => (text ? text[0].toUpperCase() + text.slice(1) : '');

export function notice(kind, ...content) {
    return h('div', { class: `notice ${kind}` }, icon(kind), h('div', null, ...content));
}

/** What could not be told, line by line. */
export const troubles = (lines) => (lines?.length ? notice('warn', lines.slice(0, 20).map((line) => h('p', null, line)),
    lines.length > 20 ? h('p', null, `and ${lines.length - 20} more`) : null) : null);

/** How it is known what is shown, line by line. */
export const remarks = (lines) => (lines?.length ? notice('idle', lines.slice(0, 20).map((line) => h('p', null, sentence(line), '.'))) : null);

export const waiting = (text = 'Loading…') => h('p', { class: 'waiting', role: 'status' }, text);
export const nothing = (...text) => h('p', { class: 'nothing' }, ...text);

/** The answer of a question, or that it is asked, or why there is none. */
export function answered(question, show, again) {
    if (question.value !== null) return [question.failure ? failureView(question.failure, again) : null, show(question.value)];
    if (question.failure) return failureView(question.failure, again);
    return waiting();
}

export function panel(title, { key, actions } = {}, ...content) {
    const id = `panel-${(key ?? title).toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
    return h('section', { class: 'panel', 'aria-labelledby': id, key: key ?? title },
        h('header', null, h('h2', { id }, title), actions ? h('div', { class: 'actions' }, actions) : null), ...content);
}

/** A table; where the window is narrow its rows read as cards, in which each cell says what it is. */
export function table(caption, heads, rows, { class: extra = '', cards = true } = {}) {
    for (const row of rows) row.children.forEach((cell, index) => { if (cell.tag === 'td') cell.properties['data-label'] = heads[index]; });
    return h('div', { class: `table ${cards ? 'cards' : ''} ${extra}` },
        h('table', null, h('caption', { class: 'visually-hidden' }, caption),
            h('thead', null, h('tr', null, heads.map((head) => h('th', { scope: 'col' }, head)))), h('tbody', null, rows)));
}

export function button(text, click, { kind = '', shape, disabled = false, label, title, expanded, controls, id } = {}) {
    return h('button', {
        type: 'button', id, class: kind, disabled, 'aria-label': label, title,
        'aria-expanded': expanded === undefined ? null : String(expanded), 'aria-controls': controls, on: { click },
    }, shape ? icon(shape) : null, text);
}

/** A name and what it stands for, in a list of facts. */
export const fact = (name, ...value) => h('div', null, h('dt', null, name), h('dd', null, ...value));

/** What a field offers while somebody writes: values, or pairs of a value and words. */
export const choices = (id, values) => h('datalist', { id }, values.slice(0, 500).map((value) => {
    const [said, words] = [value].flat();
    return h('option', { value: said }, words);
}));

/** On or off, by a press. */
export function toggle(text, on, press, { disabled = false, detail, id } = {}) {
    return h('button', { type: 'button', role: 'switch', class: 'switch', id, 'aria-checked': String(on), disabled, title: detail,
        on: { click: press } },
        h('span', { class: 'track', 'aria-hidden': 'true' }, h('span', { class: 'knob' })), text);
}

/** Parts of one screen, each with an address of its own. */
export function tabs(label, items, current) {
    return h('nav', { class: 'tabs', 'aria-label': label },
        items.map((item) => h('a', { href: item.href, 'aria-current': item.id === current ? 'page' : null, key: item.id }, item.text)));
}

/** How many pods are ready of those that are wanted. */
export function pods(workload) {
    if (workload.wanted === null || workload.wanted === undefined) return h('span', { class: 'quiet' }, '–');
    const ready = workload.ready ?? 0;
    return h('span', { class: `pods ${ready < workload.wanted ? 'short' : ''}` }, `${ready}/${workload.wanted}`,
        h('span', { class: 'visually-hidden' }, ' pods ready'));
}

/** The share of the users that each version has. */
export function weightBar(weight, { small = false } = {}) {
    const next = Math.max(0, Math.min(100, weight ?? 0));
    return h('div', { class: `weights ${small ? 'small' : ''}`, role: 'img',
        'aria-label': `${next} percent on the new version, ${100 - next} percent on the old one` },
        h('span', { class: 'weight-stable', style: { width: `${100 - next}%` } }, !small && next < 90 ? `stable ${100 - next}%` : ''),
        h('span', { class: 'weight-next', style: { width: `${next}%` } }, !small && next > 10 ? `next ${next}%` : ''));
}

/** One deploy in a line or two. */
export function deployRow(event, clock) {
    const commit = event.commits?.[0];
    return h('li', { class: 'deploy', key: event.id },
        h('div', { class: 'deploy-outcome' }, badge(event.outcome)),
        h('div', { class: 'deploy-what' },
            h('p', null, h('a', { class: 'deploy-name', href: to(`/history/${encodeURIComponent(event.id)}`) },
                deployTitle(event)), ' ',
            h('span', { class: 'quiet' }, event.workload ? `in ${event.workload.namespace}, ` : '', `of application ${event.application}`)),
            event.images?.length ? h('p', { class: 'deploy-images' }, event.images.map((change) => imageChange(change))) : null,
            commit ? h('p', { class: 'deploy-commit' }, commitText(commit.id), ' ', h('span', { class: 'subject' }, commit.subject),
                event.commits.length > 1 ? h('span', { class: 'quiet' }, ` and ${event.commits.length - 1} more`) : null) : null,
            event.reason && event.outcome !== 'succeeded' ? h('p', { class: 'deploy-reason' }, event.reason) : null),
        h('div', { class: 'deploy-who' }, h('p', null, author(deployAuthor(event))),
            h('p', { class: 'quiet' }, causeText(event.cause?.kind))),
        h('div', { class: 'deploy-when' }, h('p', null, when(event.startedAt, clock)),
            h('p', { class: 'quiet' }, event.endedAt ? `took ${spent(event, clock)}` : 'still running')));
}

/** How a rollout went on. */
export const stepList = (steps) => h('ol', { class: 'timeline' }, steps.map((step, index) => h('li', { key: index },
    h('time', { datetime: step.at, title: full(step.at) }, exact(step.at).slice(11)), ' ', badge(step.phase), ' ',
    step.step ? `step ${step.step}, ` : '', `${step.weight}% on the new version`,
    step.message ? h('span', { class: 'quiet' }, ` – ${step.message}`) : null)));

export function causeText(kind) {
    switch (kind) {
    case 'commit': return 'by commit';
    case 'automation': return 'image automation';
    case 'command': return 'by command';
    case 'drift': return 'drift put back';
    default: return kind ?? '';
    }
}

/** What became of an object. */
export function actionBadge(action) {
    const [kind, sign] = { created: ['good', '+'], deleted: ['bad', '−'], corrected: ['warn', '~'] }[action] ?? ['busy', '~'];
    return h('span', { class: `badge ${kind}` }, h('span', { 'aria-hidden': 'true' }, sign), action);
}

/** A text in the unified form, lines told apart by sign and color. */
export function diffView(text) {
    const lines = text.replace(/\n$/, '').split('\n');
    return h('pre', { class: 'diff', role: 'region', tabindex: '0', 'aria-label': 'Difference' }, lines.slice(0, 4000).map((line) => {
        const kind = /^(\+\+\+|---)/.test(line) ? 'file' : line.startsWith('+') ? 'plus' : line.startsWith('-') ? 'minus'
            : line.startsWith('@@') ? 'hunk' : 'same';
        return h('span', { class: `line ${kind}` }, line, '\n');
    }), lines.length > 4000 ? h('span', { class: 'line hunk' }, `… ${lines.length - 4000} more lines`) : null);
}

/** What changed field by field. */
export function fieldTable(caption, fields, more = 0) {
    return [
        table(caption, ['Field', 'From', 'To'], fields.map((field) => h('tr', { key: field.path },
            h('th', { scope: 'row' }, h('code', null, field.path)),
            h('td', null, fieldValue(field.from, 'absent')), h('td', null, fieldValue(field.to, 'removed'))))),
        more > 0 ? h('p', { class: 'quiet' }, `and ${more} more fields`) : null,
    ];
}

const fieldValue = (value, empty) => (value === null || value === undefined ? h('span', { class: 'quiet' }, empty)
    : h('code', { class: 'value' }, text(value)));
const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
