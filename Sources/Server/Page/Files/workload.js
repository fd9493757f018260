// One workload: its images and the tags there are, automation and lock, its rollout, pods, fields and history.
import { Question, post, workloadPath } from './api.js';
import { blameView } from './blame.js';
import { h } from './dom.js';
import { imageText, kindName, person, revisionText, rollingKinds, short } from './format.js';
import { icon } from './icons.js';
import { imagesView } from './images.js';
import { Pods } from './pods.js';
import { rolloutView } from './rollout.js';
import { to } from './router.js';
import { answered, badge, button, commitText, deployRow, failureView, nothing, notice, panel, pods, tabs, toggle, waiting } from './ui.js';

export function open({ app, parameters, query }) {
    const { namespace, kind, name } = parameters;
    const place = [namespace, kind, name].map(encodeURIComponent).join('/');
    const path = `/workloads/${place}`;
    const api = `/api/v1/workloads/${place}`;
    const tab = ['history', 'blame'].includes(query.get('tab')) ? query.get('tab') : 'now';
    const [images, rollout, events, blame] = Array.from({ length: 4 }, () => new Question(app.redraw));
    const crew = new Pods(app, api);
    let timer = null;

    const live = () => app.clock.mode === 'live';
    /** Whether the daemon knows of tags, and may commit. */
    const follows = () => (app.model.overview?.automation ?? 'on') === 'on';
    const matches = (workload) => workloadPath(workload) === place;
    const rolls = rollingKinds.includes(kindName(kind));

    const askEvents = () => events.ask('/api/v1/history',
        { namespace, kind: kindName(kind), name, to: app.clock.text, limit: tab === 'history' ? 50 : 12 });
    const askMoving = () => {
        if (!live()) return;
        if (rolls) rollout.ask(`${api}/rollout`);
        crew.ask();
    };
    const ask = () => {
        if (live() && tab === 'now') {
            if (follows()) images.ask(api);
            askMoving();
        }
        // While paused what is on the screen stays.
        if (tab === 'blame') {
            if (app.clock.mode !== 'paused' || blame.value === null) blame.ask(`${api}/blame`, { time: app.clock.text });
        } else {
            askEvents();
        }
    };

    /** Asks, does, and tells what became of it. */
    const change = async (verb, body, words) => {
        const report = await app.ask({ ...words, run: (values) => post(`${api}/${verb}`,
            typeof body === 'function' ? body(values) : body) });
        if (report === null) return;
        if (report.commit) {
            const problems = report.problems ?? [];
            app.notices.say(problems.length ? 'warn' : 'good',
                h('p', null, 'Committed ', commitText(report.commit), ` on ${report.branch}: `, report.message));
            for (const problem of problems) app.notices.say('bad', h('p', null, problem.error?.message));
        } else if (report.branch !== undefined) {
            app.notices.say('idle', h('p', null, report.message));
        } else {
            app.notices.say('good', h('p', null, `Asked to ${verb}; it is carried out soon.`));
        }
        ask();
    };

    const verbs = {
        automate(on) {
            const containers = images.value?.containers ?? [];
            if (!on) {
                return change('deautomate', {}, {
                    title: `Stop automation of ${name}?`, verb: 'Commit',
                    text: 'A commit sets the annotation back. New image tags are then left alone until somebody releases them.',
                });
            }
            return change('automate', (values) => ({ tags: Object.fromEntries(Object.entries(values).filter(([, filter]) => filter.trim() !== '')) }), {
                title: `Automate ${name}?`, verb: 'Commit',
                text: 'A commit annotates the workload. From then on the best tag that each filter lets through is committed and deployed, without anybody asked.',
                fields: containers.map((container) => ({
                    name: container.name, text: `Tags of container ${container.name}`, value: container.policy ?? '',
                    hint: 'semver:~1.4, glob:main-*, regex:^v or newest; empty leaves it as it is',
                })),
            });
        },
        lock(on) {
            if (!on) return change('unlock', {}, { title: `Unlock ${name}?`, verb: 'Commit',
                text: 'A commit takes the lock away. Images may be changed again, by people and by automation.' });
            return change('lock', (values) => ({ reason: values.reason }), {
                title: `Lock ${name}?`, verb: 'Commit',
                text: 'A commit locks the workload: nobody, and no automation, changes its images through Martlet until it is unlocked.',
                fields: [{ name: 'reason', text: 'Why', required: true, hint: 'Everybody who meets the lock reads this.' }],
            });
        },
        release(container, tag) {
            const repository = container.image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
            const locked = images.value?.workload?.policy?.locked;
            return change('release', { image: `${repository}:${tag}`, container: container.name, ...(locked ? { force: true } : {}) }, {
                title: `Release ${tag} of ${name}?`, verb: locked ? 'Commit through the lock' : 'Commit',
                kind: locked ? 'danger' : 'primary',
                text: [`A commit changes container ${container.name} from ${imageText(container.image)} to ${tag}. It is then deployed${strategy() ? ` by ${strategy()}` : ''}.`,
                    ...(locked ? [`The workload is locked: ${images.value.workload.policy.lockedReason || 'no reason is given'}.`] : [])],
            });
        },
        rollback() {
            const past = (events.value?.events ?? []).filter((event) => event.outcome === 'succeeded');
            const lock = lockNow();
            return change('rollback', (values) => ({ ...(values.to ? { to: values.to } : {}),
                ...(values.reason ? { reason: values.reason } : {}), ...(lock ? { force: true } : {}) }), {
                title: `Roll ${name} back?`, verb: lock ? 'Roll back through the lock' : 'Roll back', kind: 'danger',
                text: ['A commit restores the former version of this workload in git and locks it with the reason, so that no automation brings the new one back. Nothing else in the repository changes.',
                    ...(lock ? [`The workload is locked: ${lock.lockedReason || 'no reason is given'}.`] : [])],
                fields: [
                    { name: 'to', text: 'To', type: 'select', value: '', options: [{ value: '', text: 'the version before' },
                        ...past.filter((event) => event.commit).map((event) => ({ value: event.commit, text: versionText(event) }))] },
                    { name: 'reason', text: 'Why', hint: 'Stands in the commit and in the lock.' },
                ],
            });
        },
        steer(verb) {
            return change(verb, {}, {
                promote: { title: `Let the rollout of ${name} go on?`, verb: 'Promote',
                    text: 'It goes past its gate or its step, or out of its pause. More users get the new version.' },
                pause: { title: `Hold the rollout of ${name}?`, verb: 'Pause',
                    text: 'It stays where it stands, with the same share of users on each version, until it is promoted or aborted.' },
                abort: { title: `Abort the rollout of ${name}?`, verb: 'Abort', kind: 'danger',
                    text: 'All users go back to the stable version at once. The new version is rejected until somebody retries it or git says another one.' },
                retry: { title: `Try the rejected version of ${name} again?`, verb: 'Retry',
                    text: 'The rollout starts from its first step.' },
            }[verb]);
        },
    };

    /** The policy, where it locks the workload: as git says now, else as the overview has it. */
    const lockNow = () => {
        const policy = images.value?.workload?.policy ?? app.model.workload(matches)?.workload;
        return policy?.locked ? policy : null;
    };

    const strategy = () => app.model.workload(matches)?.workload.strategy || rollout.value?.strategy || '';

    ask();
    timer = setInterval(() => {
        if (document.hidden || tab !== 'now') return;
        const moving = rollout.value && !['none', 'rejected'].includes(rollout.value.phase);
        if (moving || crew.troubled()) askMoving();
    }, 5_000);

    return {
        title: `${kind}/${name}`,
        view() {
            const sight = app.model.sight();
            const found = app.model.workload(matches);
            const workload = found?.workload;
            const policy = (live() && images.value?.workload?.policy) || { automated: false, locked: false, ...workload };
            const off = app.model.overview?.automation;
            const closed = off && off !== 'on' ? `Automation is off: ${off}` : null;
            return [
                h('div', { class: 'heading' },
                    h('p', { class: 'crumbs' }, h('a', { href: to('/') }, 'Applications'),
                        found ? [h('span', { 'aria-hidden': 'true' }, ' / '),
                        h('a', { href: to(`/applications/${encodeURIComponent(found.application.application)}`) },
                        found.application.application)] : null),
                    h('h1', { tabindex: '-1' }, name, ' ', h('span', { class: 'kind' }, `${kind.split('.')[0]} in ${namespace}`)),
                    workload ? h('p', { class: 'badges' }, badge(workload.health, undefined, workload.message), pods(workload),
                        workload.strategy ? h('span', { class: 'quiet' }, workload.strategy) : null,
                        h('span', { class: 'quiet' }, revisionText(found.application.appliedRevision || found.application.revision)),
                        !live() && policy.automated ? h('span', { class: 'flag', title: 'Followed new images' }, icon('automation'), 'automated')
                            : null)
                            : null,
                    live() ? h('div', { class: 'verbs' },
                        toggle('Automate', policy.automated, () => verbs.automate(!policy.automated),
                            { id: 'automate', disabled: closed !== null || (!policy.automated && images.value === null), detail: closed }),
                        toggle('Lock', policy.locked, () => verbs.lock(!policy.locked),
                            { id: 'lock', disabled: closed !== null, detail: closed }),
                        button('Roll back…', verbs.rollback, { id: 'rollback', shape: 'back', disabled: closed !== null, title: closed }))
                            : null),
                live() && closed ? h('p', { class: 'quiet' }, closed) : null,
                sight.failure ? failureView(sight.failure, () => app.model.refresh()) : null,
                app.clock.mode === 'past' && workload && sight.policyFailure
                    ? notice('idle', h('p', null, 'Whether it was automated or locked then cannot be told: ', sight.policyFailure.message, '.')) : null,
                workload?.message ? h('p', { class: 'app-message' }, workload.message) : null,
                policy.locked ? notice('warn', h('p', null, h('strong', null, live() ? 'Locked' : 'Locked then'), policy.lockedBy ? ` by ${person(policy.lockedBy)}`
                    : '', policy.lockedReason ? `: ${policy.lockedReason}` : '.')) : null,
                !workload && sight.applications ? notice('idle',
                    h('p', null, live() ? 'No application of yours has this workload.'
                    : 'It was not there at this time, or was not seen.')) : null,
                !workload && !sight.applications && !sight.failure ? waiting() : null,
                tabs('Parts of the workload', [
                    { id: 'now', text: live() ? 'Now' : 'Then', href: to(path) },
                    { id: 'history', text: 'History', href: to(path, { tab: 'history' }) },
                    { id: 'blame', text: 'Blame', href: to(path, { tab: 'blame' }) },
                    { id: 'graphs', text: 'Graphs', href: to('/graphs', { namespace }) },
                ], tab),
                tab === 'now' && live() ? now(workload, closed) : null,
                tab === 'now' && !live() && workload ? then(workload) : null,
                tab === 'history' ? panel('Deploys', {}, answered(events, list, askEvents)) : null,
                tab === 'blame' ? panel('Who set each field', { key: 'blame' },
                    live() || !blame.value ? null
                        : h('p', { class: 'quiet' }, 'As git said it; what was set in the cluster then is not kept.'), answered(blame, blameView, ask)) : null,
            ];
        },
        timeChanged: ask,
        modelChanged: () => { if (live() && tab === 'now' && rollout.value && (rollout.value.phase !== 'none'
            || app.model.workload(matches)?.workload.rollout)) rollout.ask(`${api}/rollout`); },
        deploy(event) {
            if (event.workload?.namespace !== namespace || event.workload?.name !== name) return;
            ask();
        },
        close() {
            clearInterval(timer);
            for (const question of [images, rollout, events, blame]) question.drop();
            crew.close();
        },
    };

    function now(workload, closed) {
        const running = events.value?.events.find((event) => event.outcome === 'running');
        return [
            rolls && (rollout.value ? rollout.value.phase !== 'none' : rollout.failure || workload?.rollout)
                ? panel('Rollout', {}, answered(rollout, (value) => rolloutView(value, workload, running, app.clock, verbs.steer),
                askMoving)) : null,
            h('div', { class: 'columns', key: 'columns' },
                panel('Images', {}, !follows() ? imageList(workload) : answered(images,
                    (value) => imagesView(value, app, verbs, closed, () => images.ask(api, { refresh: 'true' }), images.asking), ask)),
                panel('Pods', {}, crew.view())),
            panel('Latest deploys', {}, answered(events, list, askEvents)),
        ];
    }

    function imageList(workload) {
        return h('ul', { class: 'plain-list' }, Object.entries(workload?.images ?? {}).map(([container, image]) => h('li', { key: container },
            h('b', null, container), ' ', h('code', null, image))));
    }

    function then(workload) {
        return [
            panel('Images then', {}, imageList(workload)),
            workload.rollout ? panel('Rollout then', {},
                rolloutView({ ...workload.rollout, possible: [] }, workload, null, app.clock, verbs.steer)) : null,
            panel('Deploys until then', {}, answered(events, list, askEvents)),
        ];
    }

    function list(answer) {
        if (answer.events.length === 0) return nothing('No deploys are known.');
        return [
            h('ol', { class: 'deploys' }, answer.events.map((event) => deployRow(event, app.clock))),
            answer.next ? h('p', { class: 'more' },
                h('a', { href: to('/history', { namespace, workload: `${kind}/${name}` }) }, 'The whole history')) : null,
        ];
    }
}

function versionText(event) {
    const images = (event.images ?? []).map((change) => (change.to ? imageText(change.to) : '')).filter(Boolean).join(', ');
    return `${short(event.commit)} ${images || event.commits?.[0]?.subject || ''}`.trim();
}
