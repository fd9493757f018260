// What is known of the cluster at the moment that the clock shows: the live overview, kept up to date by the stream, or
// what the daemon remembers of another time. And the deploys around it.
import { Question, address, get } from './api.js';
import { Stream } from './stream.js';

const deployLimit = 200;

/** The workloads with those in place that changed. */
function updated(workloads, changed) {
    const path = ({ group, kind, namespace, name }) => [group, kind, namespace, name].join('/');
    const fresh = new Map(changed.map((workload) => [path(workload), workload]));
    return workloads.map((workload) => fresh.get(path(workload)) ?? workload);
}

export class Model {
    /** `told`: changed(names), deploy(event, whether its outcome is news), state(word). */
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
        this.events = new Map();
        this.loaded = null;
        this.loading = false;
        this.knownSince = null;
        this.past = new Question(() => this.told.changed([]));
        this.pastTimer = null;
        this.stream = new Stream({
            // An overview that is on its way would undo what came before it.
            overview: (value) => (this.refreshing ? this.late.push(value) : this.merge(value)),
            deploy: (event) => this.noteDeploy(event),
            poll: () => this.refresh(),
            // What changed while the way was shut: from now on it tells of changes only.
            opened: () => this.refresh(),
            state: (word) => {
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
        clearTimeout(this.pastTimer);
        this.overview = null;
        this.frozen = null;
        this.events.clear();
        this.loaded = null;
    }

    /** Nobody looks at the page, or somebody does again. */
    seen(visible) {
        if (this.connection === 'closed') return;
        if (!visible) this.stream.rest();
        else if (!this.stream.source) this.stream.open();
    }

    /** Asks for the overview; whoever wants it while it is asked for gets the same answer. */
    refresh() {
        this.refreshing ??= this.fetch().finally(() => {
            this.refreshing = null;
            for (const value of this.late.splice(0)) this.merge(value);
        });
        return this.refreshing;
    }

    async fetch() {
        try {
            const overview = await get('/api/v1/overview');
            this.clock.told(overview.time);
            this.overview = overview;
            this.failure = null;
            this.known = this.clock.present();
        } catch (error) {
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
        }
        this.cover(this.clock.window());
    }

    /** What there is to show: `{applications, source, loading, failure}`; applications are null until something is known. */
    sight() {
        if (this.clock.mode === 'past') {
            const { value, failure, asking } = this.past;
            // Another moment's applications would be wrong ones.
            return { applications: failure ? null : value?.applications ?? null, knownSince: value?.knownSince ?? null, loading: asking, failure };
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
        if (this.loading || (this.loaded && this.loaded.from <= from && this.loaded.to >= to - margin
            && this.loaded.span >= (to - from) / 4)) return;
        this.loading = true;
        try {
            const answer = await get('/api/v1/history', {
                from: new Date(from - margin).toISOString(), to: new Date(to + margin).toISOString(), limit: deployLimit,
            });
            for (const event of answer.events) this.events.set(event.id, { ...this.events.get(event.id), ...event });
            this.knownSince = answer.knownSince ?? this.knownSince;
            if (this.knownSince) setTimeout(() => this.clock.fit(Date.parse(this.knownSince)));
            const oldest = answer.next ? Math.min(from, ...answer.events.map((event) => Date.parse(event.startedAt))) : from - margin;
            this.loaded = { from: oldest, to: to + margin, span: to - from };
        } catch {
            // The next move tries again; the screen of the history tells what is wrong.
        }
        this.loading = false;
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
