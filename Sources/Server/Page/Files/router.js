// Real paths, and one page that shows them. A click on a link of ours changes the screen without loading it anew.
import { address } from './api.js';

const routes = [
    [/^\/$/, 'applications', []],
    [/^\/applications\/([^/]+)$/, 'application', ['name']],
    [/^\/workloads\/([^/]+)\/([^/]+)\/([^/]+)$/, 'workload', ['namespace', 'kind', 'name']],
    [/^\/history$/, 'history', []],
    [/^\/history\/([^/]+)$/, 'deploy', ['id']],
    [/^\/graphs$/, 'graphs', []],
    [/^\/topology$/, 'topology', []],
    [/^\/diff$/, 'diff', []],
    [/^\/sinks$/, 'sinks', []],
];

/** The screen of a path with its parameters; null for none of ours. */
export function route(path) {
    for (const [pattern, screen, names] of routes) {
        const found = pattern.exec(path);
        if (!found) continue;
        const parameters = {};
        try {
            names.forEach((name, index) => { parameters[name] = decodeURIComponent(found[index + 1]); });
        } catch {
            return null;
        }
        return { screen, parameters };
    }
    return null;
}

let moment = () => '';

/** Where the moment that the page shows is told, so that links keep it. */
export function keepMoment(tell) {
    moment = tell;
}

/** A link inside the page. */
export function to(path, query = {}) {
    return address(path, { ...query, at: moment() });
}

export class Router {
    /** `changed(forward, left)`: another screen; on the way back, `left` is `{y, link}` of when it was left. */
    constructor(changed) {
        this.changed = changed;
        history.scrollRestoration = 'manual';
        document.addEventListener('click', (event) => this.clicked(event));
        window.addEventListener('popstate', (event) => this.changed(false, event.state ?? {}));
        window.addEventListener('pagehide', () => this.note());
    }

    /** Where the reader is, for when they come back. */
    note(link) {
        history.replaceState({ y: window.scrollY, link }, '');
    }

    clicked(event) {
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        const link = event.target.closest?.('a[href]');
        if (!link || link.target || link.hasAttribute('download')) return;
        const url = new URL(link.getAttribute('href'), location.href);
        if (url.origin !== location.origin || !route(url.pathname)) return;
        event.preventDefault();
        const goal = url.hash === '' || url.pathname !== location.pathname ? null : document.getElementById(url.hash.slice(1));
        if (goal) {
            goal.focus();
            return;
        }
        this.go(url.pathname + url.search, link.getAttribute('href'));
    }

    go(place, link) {
        this.note(link);
        history.pushState(null, '', place);
        this.changed(true);
    }

    /** The same screen said anew, such as another filter: no new entry in the browser's history. */
    amend(query) {
        history.replaceState(history.state, '', address(location.pathname, query, location.search));
    }
}
