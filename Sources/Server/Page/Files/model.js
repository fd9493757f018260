// What is known of the cluster at the moment that the clock shows: the live overview, kept up to date by the stream, or
// what the daemon remembers of another time. And the deploys around it.
import { Question, address, get } from './api.js';
import { Stream } from './stream.js';

const deployLimit = 200;

const pathOf = ({ group, kind, namespace, name }) => [group, kind, namespace, name].join('/');

/** The workloads with those in place that changed. */
function updated(workloads, changed) {
    const fresh = new Map(changed.map((workload) => [pathOf(workload), workload]));
    return workloads.map((workload) => fresh.get(pathOf(workload)) ?? workload);
}

export class Model {
    /** `told`: changed(names), deploy(event, whether its outcome is news), caughtUp(), state(word). */
    constructor(clock, told) {
        this.clock = clock;
        this.told = told;
        this.overview = null;
        this.failure = null;
        this.frozen = null;
        this.refreshing = null;
        /** What the stream told meanwhile. */
        this.late = [];
        /** When the overview was like this. */
        this.known = 0;
        this.connection = 'closed';
        /** Nothing was told for a while: deploys may have begun and ended. */
        this.isBehind = false;
        /** Counts the sign-ins: an answer to the one before is nobody's. */
        this.turn = 0;
        this.events = new Map();
        this.loaded = null;
        this.loading = false;
        this.knownSince = null;
        this.past = new Question(() => this.told.changed([]));
        /** Automation and locks of a moment, as git said. */
        this.policies = new Question(() => this.told.changed([]));
        this.policiesOf = '';
        this.pastTimer = null;
        this.stream = new Stream({
            // An overview that is on its way would undo what came before it.
            overview: (value) => (this.refreshing ? this.late.push(value) : this.merge(value)),
            deploy: (event) => this.noteDeploy(event),
            poll: () => this.catchUp(),
            // What changed while the way was shut: from now on it tells of changes only.
            opened: () => (this.isBehind ? this.catchUp() : this.refresh()),
            state: (word) => {
                if (word === 'polling') this.isBehind = true;
                this.connection = word;
                this.told.state(word);
            },
        });
        clock.listen(() => this.timeChanged());
    }

    async start() {
        await this.refresh();
        this.stream.open();
        this.timeChanged();
    }

    stop() {
        this.stream.close();
        this.past.drop();
        this.forgetPolicies();
        clearTimeout(this.pastTimer);
        this.overview = null;
        this.frozen = null;
        this.refreshing = null;
        this.turn += 1;
        this.late = [];
        this.events.clear();
        this.loaded = null;
    }

    /** Nobody looks at the page, or somebody does again. */
    seen(visible) {
        if (this.connection === 'closed') return;
        if (!visible) {
            this.isBehind = true;
            this.stream.rest();
        } else if (!this.stream.source) this.stream.open();
    }

    /** Asks for the overview, and for the deploys that the stream did not tell of. */
    async catchUp() {
        const { turn } = this;
        this.isBehind = this.connection !== 'live';
        const state = () => [...this.events.values()].map((event) => `${event.id} ${event.outcome}`).sort().join();
        const before = state();
        const running = [...this.events.values()].filter((event) => !event.endedAt).map((event) => event.id);
        this.loaded = null;
        await Promise.all([this.refresh(), this.cover(this.clock.window())]);
        // Those that began before what was asked for may have ended too.
        for (const id of running.filter((name) => !(this.events.get(name)?.endedAt ?? 'over')).slice(0, 20)) {
            if (turn !== this.turn) return;
            try {
                const event = await get(`/api/v1/history/${encodeURIComponent(id)}`);
                if (turn === this.turn) this.events.set(id, { ...this.events.get(id), ...event });
            } catch {
                // The next time.
            }
        }
        if (turn === this.turn && state() !== before) this.told.caughtUp();
    }

    /** Asks for the overview; whoever wants it while it is asked for gets the same answer. */
    refresh() {
        const { turn } = this;
        this.refreshing ??= this.fetch().finally(() => {
            if (turn !== this.turn) return;
            this.refreshing = null;
            for (const value of this.late.splice(0)) this.merge(value);
        });
        return this.refreshing;
    }

    async fetch() {
        const { turn } = this;
        try {
            const overview = await get('/api/v1/overview');
            if (turn !== this.turn) return;
            this.clock.told(overview.time);
            this.overview = overview;
            this.failure = null;
            this.known = this.clock.present();
        } catch (error) {
            if (turn !== this.turn) return;
            this.failure = error;
        }
        this.told.changed([]);
    }

    merge(value) {
        if (!this.overview) return;
        const before = new Map(this.overview.applications.map((application) => [application.application, application]));
        for (const name of value.gone ?? []) before.delete(name);
        for (const { changed, ...application } of value.applications ?? []) {
            application.workloads ??= updated(before.get(application.application)?.workloads ?? [], changed ?? []);
            before.set(application.application, application);
        }
        this.overview = { ...this.overview, applications: [...before.values()] };
        if (value.source) this.overview.source = value.source;
        if (value.time) this.clock.told(value.time);
        this.known = this.clock.present();
        if (this.clock.mode === 'live') this.told.changed((value.applications ?? []).map(({ application }) => application));
    }

    noteDeploy(event) {
        const isNews = this.events.get(event.id)?.outcome !== event.outcome;
        this.events.set(event.id, { ...this.events.get(event.id), ...event });
        this.told.deploy(event, isNews);
    }

    timeChanged() {
        if (this.clock.mode === 'paused') this.frozen ??= this.overview;
        else this.frozen = null;
        clearTimeout(this.pastTimer);
        if (this.clock.mode === 'past') {
            this.past.asking = true;
            // A hand on the slider passes many moments.
            this.pastTimer = setTimeout(() => this.past.ask('/api/v1/at', { time: new Date(this.clock.at).toISOString() }), 120);
        } else {
            this.past.drop();
            this.past.value = null;
            this.past.failure = null;
            this.past.asking = false;
            this.forgetPolicies();
        }
        this.cover(this.clock.window());
    }

    /** Asks who might change images at the moment that is shown: for that git's files of then are rendered. */
    askPolicies() {
        const time = this.clock.text;
        if (this.clock.mode !== 'past' || time === this.policiesOf) return;
        this.policiesOf = time;
        this.policies.ask('/api/v1/objects', { time, only: 'workloads' });
    }

    forgetPolicies() {
        this.policies.drop();
        Object.assign(this.policies, { value: null, failure: null, asking: false });
        this.policiesOf = '';
    }

    /** The applications of another moment with their workloads' policies, once those are known. */
    withPolicies(applications) {
        const { value, failure, asking } = this.policies;
        // Another moment's would be wrong ones.
        if (!applications || !value || failure || asking || this.policiesOf !== this.clock.text) return applications;
        if (this.joined?.applications === applications && this.joined.value === value) return this.joined.made;
        const said = new Map(value.objects.map(({ object, policy }) => [pathOf(object), policy]));
        const made = applications.map((application) => ({ ...application,
            workloads: application.workloads.map((workload) => ({ ...workload, ...said.get(pathOf(workload)) })) }));
        this.joined = { applications, value, made };
        return made;
    }

    /** What there is to show: `{applications, source, loading, failure}`; applications are null until something is known. */
    sight() {
        if (this.clock.mode === 'past') {
            const { value, failure, asking } = this.past;
            // Another moment's applications would be wrong ones.
            return { applications: failure ? null : this.withPolicies(value?.applications ?? null), policyFailure: this.policies.failure, knownSince: value?.knownSince ?? null, loading: asking, failure };
        }
        const overview = this.frozen ?? this.overview;
        return { applications: overview?.applications ?? null, loading: overview === null && this.failure === null, failure: this.failure };
    }

    /** The names of applications as they are now. */
    names() {
        return (this.overview?.applications ?? []).map((application) => application.application).sort();
    }

    application(name) {
        return (this.sight().applications ?? []).find((application) => application.application === name) ?? null;
    }

    workload(matches) {
        for (const application of this.sight().applications ?? []) {
            for (const workload of application.workloads ?? []) if (matches(workload)) return { application, workload };
        }
        return null;
    }

    /** The source, which is told of the present only. */
    get source() {
        return this.overview?.source ?? null;
    }

    /** Fetches the deploys of a window, unless they are there. */
    async cover({ from, to }) {
        const margin = Math.max(60_000, (to - from) / 4);
        const { loaded } = this;
        if (this.loading || (loaded && loaded.to >= to - margin && (loaded.from <= from
            // There are more than one answer holds, and it would be the same again.
            || (loaded.asked <= from && loaded.span <= (to - from) * 2 && loaded.to <= to + margin * 2)))) return;
        const { turn } = this;
        this.loading = true;
        try {
            const answer = await get('/api/v1/history', {
                from: new Date(from - margin).toISOString(), to: new Date(to + margin).toISOString(), limit: deployLimit,
            });
            if (turn !== this.turn) return;
            for (const event of answer.events) this.events.set(event.id, { ...this.events.get(event.id), ...event });
            this.knownSince = answer.knownSince ?? this.knownSince;
            if (this.knownSince) setTimeout(() => this.clock.fit(Date.parse(this.knownSince)));
            // The newest come first: of what is before the oldest of them nothing is known.
            const oldest = answer.next ? Math.min(to, ...answer.events.map((event) => Date.parse(event.startedAt))) : from - margin;
            this.loaded = { from: oldest, to: to + margin, span: to - from, asked: from - margin };
        } catch {
            // The next move tries again; the screen of the history tells what is wrong.
        } finally {
            this.loading = false;
        }
        this.told.changed([]);
    }

    /** Deploys that touch a window, oldest first. */
    deploys({ from, to }) {
        const found = [];
        for (const event of this.events.values()) {
            const start = Date.parse(event.startedAt);
            const end = event.endedAt ? Date.parse(event.endedAt) : Infinity;
            if (start <= to && end >= from) found.push(event);
        }
        return found.sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt) || (a.id < b.id ? -1 : 1));
    }

    /** The deploy next to the moment that is shown, before (-1) or after (1) it; null where there is none. */
    async neighbor(direction) {
        const at = this.clock.now();
        const time = (event) => Date.parse(event.endedAt ?? event.startedAt);
        const near = [...this.events.values()].filter((event) => (direction < 0 ? time(event) < at - 500 : time(event) > at + 500))
            .sort((a, b) => direction * (time(a) - time(b)))[0];
        if (near && this.loaded && time(near) >= this.loaded.from) return near;
        if (direction > 0) return near ?? null;
        try {
            const answer = await get(address('/api/v1/history', { to: new Date(at - 500).toISOString(), limit: 10 }));
            for (const event of answer.events) this.events.set(event.id, { ...this.events.get(event.id), ...event });
            return answer.events.filter((event) => time(event) < at - 500)[0] ?? near ?? null;
        } catch {
            return near ?? null;
        }
    }
}
