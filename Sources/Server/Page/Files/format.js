// How values read. Pure: a value in, words out.

export const short = (commit) => (/^[0-9a-f]{40}$/.test(commit ?? '') ? commit.slice(0, 7) : commit ?? '');

/** `main@1a2b3c4` however long the commit in it is. */
export function revisionText(revision) {
    return (revision ?? '').replace(/@([0-9a-f]{7})[0-9a-f]{33}$/, '@$1');
}

/** The name of `Ada <ada@example.com>`. */
export function person(author) {
    const name = (author ?? '').replace(/\s*<[^<>]*>\s*$/, '').trim();
    return name === '' ? (author ?? '').replace(/^<|>$/g, '') : name;
}

/** An image in three parts: where it is from, its name, its tag or digest. */
export function imageParts(image) {
    let rest = image ?? '';
    let version = '';
    const digest = rest.indexOf('@');
    if (digest >= 0) {
        version = rest.slice(digest + 1).replace(/^(sha\d+:)([0-9a-f]{12})[0-9a-f]+$/, '$1$2');
        rest = rest.slice(0, digest);
    }
    const slash = rest.lastIndexOf('/');
    const colon = rest.lastIndexOf(':');
    if (colon > slash) {
        version = version === '' ? rest.slice(colon + 1) : `${rest.slice(colon + 1)}@${version}`;
        rest = rest.slice(0, colon);
    }
    return { place: slash < 0 ? '' : rest.slice(0, slash + 1), name: slash < 0 ? rest : rest.slice(slash + 1), version };
}

export function imageText(image) {
    const { name, version } = imageParts(image);
    return version === '' ? name : `${name}:${version}`;
}

/** `1m 5s`: two units at most. */
export function duration(milliseconds) {
    let seconds = Math.max(0, Math.round(milliseconds / 1000));
    if (seconds < 1) return milliseconds < 1 ? '0s' : '<1s';
    const parts = [];
    for (const [unit, size] of [['d', 86400], ['h', 3600], ['m', 60], ['s', 1]]) {
        const count = Math.floor(seconds / size);
        seconds -= count * size;
        if (count > 0) parts.push(`${count}${unit}`);
        else if (parts.length > 0) break;
        if (parts.length === 2) break;
    }
    return parts.join(' ');
}

/** `5 minutes ago`, seen from `now`. */
export function ago(time, now) {
    const seconds = (now - time) / 1000;
    const size = Math.abs(seconds);
    if (size < 5) return 'just now';
    for (const [unit, length, limit] of [
        ['second', 1, 60], ['minute', 60, 3600], ['hour', 3600, 86400], ['day', 86400, 86400 * 45], ['month', 86400 * 30.44, 86400 * 365],
        ['year', 86400 * 365.25, Infinity],
    ]) {
        if (size < limit) {
            const count = Math.max(1, Math.round(size / length));
            const words = `${count} ${unit}${count === 1 ? '' : 's'}`;
            return seconds >= 0 ? `${words} ago` : `in ${words}`;
        }
    }
    return '';
}

const two = (number) => String(number).padStart(2, '0');

/** `2026-11-21 21:30:05`, where the reader is. */
export function exact(time) {
    const date = new Date(time);
    if (Number.isNaN(date.getTime())) return '';
    return `${day(date)} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `UTC+01:00`: by whose clock times are told. */
export function zone(time) {
    const minutes = -new Date(time).getTimezoneOffset();
    if (Number.isNaN(minutes) || minutes === 0) return 'UTC';
    const size = Math.abs(minutes);
    return `UTC${minutes < 0 ? '−' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** `2026-11-21 21:30:05 UTC+01:00`, for where a time stands alone. */
export const full = (time) => (exact(time) === '' ? '' : `${exact(time)} ${zone(time)}`);

export function day(time) {
    const date = new Date(time);
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function clockText(time) {
    const date = new Date(time);
    return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A number of a graph in at most four digits: `1.25k`. */
export function amount(value) {
    if (value === null || value === undefined || Number.isNaN(value)) return '–';
    const size = Math.abs(value);
    if (size !== 0 && size < 0.001) return value.toExponential(1);
    for (const [limit, unit] of [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e4, 'k']]) {
        if (size >= limit) return `${trim(value / (unit === 'k' ? 1e3 : limit))}${unit}`;
    }
    return trim(value);
}

const trim = (value) => String(Number(value.toPrecision(4)));

export const count = (number, word, words = `${word}s`) => `${number} ${number === 1 ? word : words}`;

/** How serious a word of the daemon is: good, busy, warn, bad or idle. */
export function tone(word) {
    switch ((word ?? '').toLowerCase()) {
    case 'healthy': case 'synced': case 'succeeded': case 'pass': return 'good';
    case 'progressing': case 'syncing': case 'running': case 'stepping': case 'starting': case 'promoting': case 'verifying': case 'analysing':
    case 'planned': return 'busy';
    case 'outofsync': case 'rolled-back': case 'inconclusive': case 'unavailable': case 'gated': case 'paused': case 'aborting': return 'warn';
    case 'degraded': case 'missing': case 'failed': case 'fail': case 'rejected': return 'bad';
    default: return 'idle';
    }
}

/** A word as people write it: `OutOfSync` is "Out of sync". */
export function words(word) {
    const spaced = (word ?? '').replace(/([a-z])([A-Z])/g, '$1 $2').replace(/-/g, ' ').toLowerCase();
    return spaced === '' ? '' : spaced[0].toUpperCase() + spaced.slice(1);
}

/** Lower is worse: the order of a list that shows problems first. */
export function rank(application) {
    const tones = [tone(application.sync), tone(application.health)];
    if (tones.includes('bad')) return 0;
    if (tones.includes('warn') || (application.problems ?? []).length > 0) return 1;
    if (tones.includes('busy') || (application.workloads ?? []).some((workload) => workload.rollout)) return 2;
    return 3;
}

/** The kinds that Martlet releases step by step. */
export const rollingKinds = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** The kinds that have a page of their own. */
export const workloadKinds = [...rollingKinds, 'Job', 'CronJob', 'Rollout'];

/** `deployment` and `deployment.apps` are the kind Deployment; '' for a kind that is not known. */
export function kindName(word) {
    const plain = (word ?? '').split('.')[0].toLowerCase();
    return [...workloadKinds, 'ReplicaSet', 'Pod'].find((kind) => kind.toLowerCase() === plain) ?? '';
}

export const workloadTitle = (key) => (key ? `${key.kind.toLowerCase()}/${key.name}` : 'no workload');

/** By what a workload is found. */
export const workloadWords = ({ namespace, kind, name, health, images }) => `${namespace} ${kind}/${name} ${health} ${
    Object.values(images ?? {}).join(' ')}`.toLowerCase();

/** What a deploy is of: its workload, or all of its application. */
export const deployTitle = (event) => (event.workload ? workloadTitle(event.workload) : event.application);

/** Who is behind a deploy; a commit's author only where the commit brought it. */
export const deployAuthor = (event) => event.cause?.by || (event.cause?.kind === 'commit' ? event.commits?.[0]?.author : '');

/** A text of at most `most` signs, shortened in the middle, for names differ at their ends. */
export function middle(text, most = 80) {
    return text.length <= most ? text : `${text.slice(0, Math.ceil(most * 0.6))}…${text.slice(-Math.floor(most * 0.35))}`;
}

/** What a route asks of a request, as people say it: `GET /checkout x-beta: 1`. The daemon tells the route's own JSON. */
export function matchWords(match) {
    let rules;
    try {
        rules = JSON.parse(match);
    } catch {
        return match;
    }
    if (!Array.isArray(rules)) return match;
    const said = (value) => (typeof value === 'string' ? value : value?.value ?? value?.exact ?? value?.prefix ?? value?.regex ?? '');
    const pairs = (list) => (Array.isArray(list) ? list.map((each) => [each?.name, said(each)])
        : Object.entries(list ?? {}).map(([name, value]) => [name, said(value)]));
    const told = rules.map((rule) => [said(rule?.method), said(rule?.path ?? rule?.uri),
        ...pairs(rule?.headers).map(([name, value]) => `${name}: ${value}`),
        ...pairs(rule?.queryParams).map(([name, value]) => `?${name}=${value}`)].filter((part) => part !== '').join(' '));
    return told.some((text) => text === '') ? match : told.join(' or ');
}
