// A rollout while it runs: how many users each version has, where it stands in its steps, and the evidence so far.
import { h } from './dom.js';
import { amount, revisionText, tone, words } from './format.js';
import { badge, button, stepList, table, weightBar, when } from './ui.js';

const verbs = [['promote', 'Promote', 'primary'], ['pause', 'Pause', ''], ['retry', 'Retry', 'primary'], ['abort', 'Abort', 'danger']];

/** `value`: the rollout's report; `workload`: how the overview sees it; `running`: the deploy event, with its steps. */
export function rolloutView(value, workload, running, clock, steer) {
    const status = workload?.rollout;
    const weight = status?.weight ?? value.weight ?? value.step?.percent ?? 0;
    const [number, of] = value.step && typeof value.step === 'object' ? [value.step.number, value.step.of]
        : [status?.step ?? value.step ?? 0, status?.steps ?? value.steps ?? 0];
    return [
        h('div', { class: 'rollout-head' },
            badge(value.pausedAt ? 'paused' : value.phase), h('b', null, words(value.strategy || workload?.strategy || 'rollout')),
            of > 0 ? h('span', null, `step ${number} of ${of}`) : null,
            value.step?.exposure ? h('span', { class: 'quiet' }, exposure(value.step)) : null,
            value.since ? h('span', { class: 'quiet' }, 'since ', when(value.since, clock)) : null,
            value.revision ? h('span', { class: 'quiet' }, revisionText(value.revision)) : null,
            h('div', { class: 'verbs' }, verbs.filter(([verb]) => value.possible?.includes(verb)).map(([verb, text, kind]) => button(text,
                () => steer(verb), { kind, id: `verb-${verb}` })))),
        value.message || status?.message ? h('p', { class: 'rollout-message', role: 'status' }, value.message || status.message) : null,
        value.openRequest ? h('p', { class: 'quiet' }, `Asked to ${value.openRequest.verb}; not carried out yet.`) : null,
        weightBar(weight),
        h('dl', { class: 'arms' }, arm('Stable', value.versions?.stable, status?.readyStable, status?.podsStable),
            arm('Next', value.versions?.next, status?.readyNext, status?.podsNext)),
        of > 0 ? h('ol', { class: 'steps', 'aria-label': 'Steps' }, Array.from({ length: Math.min(of, 50) }, (_, index) => {
            const done = index + 1 < number;
            const current = index + 1 === number;
            return h('li', { key: index, class: done ? 'done' : current ? `current ${tone(value.phase)}` : 'ahead',
                'aria-current': current ? 'step' : null },
                h('span', { class: 'visually-hidden' }, done ? 'done: ' : current ? 'now: ' : 'to come: '), `${index + 1}`);
        })) : null,
        value.analysis?.length ? table('Evidence', ['Metric', 'Verdict', 'Stable', 'Next'],
            value.analysis.map((metric) => h('tr', { key: metric.metric },
            h('th', { scope: 'row' }, metric.metric,
                metric.threshold !== undefined ? h('span', { class: 'quiet' }, ` slower than ${amount(metric.threshold)} s`) : null),
            h('td', null, metric.verdict ? badge(metric.verdict) : h('span', { class: 'quiet' }, 'not yet')),
            h('td', null, share(metric, 'stable')), h('td', null, share(metric, 'next'))))) : null,
        running?.steps?.length ? h('details', { open: true }, h('summary', null, 'What happened so far'),
            stepList(running.steps)) : null,
    ];
}

function exposure(step) {
    switch (step.exposure) {
    case 'weight': return `${step.percent}% for ${step.duration}`;
    case 'match': return `matching users for ${step.duration}`;
    case 'mirror': return `a copy of the requests for ${step.duration}`;
    default: return `${step.exposure} for ${step.duration}`;
    }
}

function arm(name, version, ready, pods) {
    if (!version && pods === undefined) return null;
    return h('div', null, h('dt', null, name), h('dd', null, h('b', null, `${version?.ready ?? ready ?? 0}/${version?.pods ?? pods ?? 0}`),
        ' pods ready',
        version?.set ? h('span', { class: 'quiet' }, ` in ${version.set}`) : null));
}

function share(metric, arm) {
    const requests = metric.requests?.[arm];
    if (requests === undefined || requests === null) return metric.value !== undefined && arm === 'next' ? amount(metric.value)
        : h('span', { class: 'quiet' }, 'nothing seen');
    const bad = metric.bad?.[arm] ?? 0;
    return h('span', null, h('b', null, requests > 0 ? `${amount((bad / requests) * 100)}%` : '–'),
        h('span', { class: 'quiet' }, ` ${amount(bad)} of ${amount(requests)}`));
}
