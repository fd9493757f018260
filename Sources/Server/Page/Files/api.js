// Talks to the daemon. Every answer that is no success becomes a Failure with what happened and what to do about it.

export class Failure extends Error {
    constructor(status, error) {
        super(error.message ?? `the daemon answered ${status}`);
        this.status = status;
        this.kind = error.kind ?? 'unknown';
        this.advice = error.advice ?? '';
        this.origin = error.origin ?? '';
        this.candidates = error.candidates ?? [];
    }
}

const lost = new Set();

/** Calls back when the daemon no longer knows who asks. */
export function onSignedOut(callback) {
    lost.add(callback);
}

/** `path` with the entries of `query` that say something; those of `search` that `query` has not, too. */
export function address(path, query = {}, search = '') {
    const all = new URLSearchParams(search);
    for (const [name, value] of Object.entries(query)) {
        all.delete(name);
        for (const each of [value].flat()) if (each !== undefined && each !== null && each !== '') all.append(name, each);
    }
    const text = all.toString();
    return text === '' ? path : `${path}?${text}`;
}

/** A workload's place in the API and in the page: `sock-shop/deployment/front-end`. */
export function workloadPath(key) {
    const plain = ['', 'apps', 'batch'].includes(key.group ?? '');
    const kind = key.kind.toLowerCase() + (plain ? '' : `.${key.group}`);
    return [key.namespace, kind, key.name].map(encodeURIComponent).join('/');
}

export const get = (path, query, signal) => send('GET', address(path, query), undefined, signal);
export const post = (path, body = {}) => send('POST', path, body);
export const remove = (path) => send('DELETE', path);

/** Longer nobody waits: for what is looked up, and for what is done, which may mean a commit and a push. */
const [patience, longPatience] = [60_000, 180_000];

async function send(method, path, body, signal) {
    const end = AbortSignal.timeout(method === 'GET' ? patience : longPatience);
    const headers = { Accept: 'application/json', 'X-Martlet-Request': '1' };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    let response;
    let text;
    try {
        response = await fetch(path, {
            method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: signal ? AbortSignal.any([signal, end]) : end,
            credentials: 'same-origin', cache: 'no-store',
        });
        text = await response.text();
    } catch (error) {
        if (error.name === 'AbortError') throw error;
        if (error.name === 'TimeoutError') throw new Failure(0, { kind: 'timeout', message: 'the daemon does not answer',
            advice: method === 'GET' ? 'the way to it is slow or cut' : 'look whether it was done before you ask again' });
        throw new Failure(0, { kind: 'unreachable', message: 'the daemon cannot be reached',
            advice: 'is it running, and is the way to it open?' });
    }
    let value = null;
    try {
        value = text === '' ? null : JSON.parse(text);
    } catch {
        value = null;
    }
    if (response.ok && (value !== null || text === '')) return value;
    const failure = new Failure(response.status, value?.error && typeof value.error === 'object' ? value.error : {
        kind: response.ok ? 'unreadable' : 'refused',
        message: response.ok ? 'the answer is no JSON' : `the daemon answered ${response.status}`,
        advice: 'is there a proxy in between?',
    });
    if (failure.status === 401 && path !== '/api/v1/session') for (const callback of lost) callback();
    throw failure;
}

/** One question to the daemon whose last answer is shown until the next one is there. */
export class Question {
    constructor(changed) {
        this.changed = changed;
        this.value = null;
        this.failure = null;
        this.asking = false;
        this.controller = null;
    }

    /** Asks; an older question that is still open is dropped. */
    async ask(path, query) {
        this.controller?.abort();
        const controller = new AbortController();
        this.controller = controller;
        this.asking = true;
        this.changed();
        try {
            const value = await get(path, query, controller.signal);
            if (controller !== this.controller) return;
            this.value = value;
            this.failure = null;
        } catch (error) {
            if (controller !== this.controller || error.name === 'AbortError') return;
            this.failure = error;
        }
        this.asking = false;
        this.changed();
    }

    drop() {
        this.controller?.abort();
        this.controller = null;
    }
}
