// What the daemon tells by itself: changed applications and deploys, over server-sent events. While that way is shut the
// page asks every few seconds, and keeps trying to open it again.

const pollEvery = 10_000;
const longestWait = 30_000;

export class Stream {
    /** `handlers`: overview(value), deploy(event), poll(), opened(), state('live' | 'polling' | 'closed'). */
    constructor(handlers) {
        this.handlers = handlers;
        this.source = null;
        this.wait = 1_000;
        this.timer = null;
        this.poller = null;
    }

    open() {
        this.shut();
        const source = new EventSource('/api/v1/stream');
        this.source = source;
        source.addEventListener('open', () => {
            this.wait = 1_000;
            clearInterval(this.poller);
            this.poller = null;
            this.handlers.state('live');
            this.handlers.opened();
        });
        for (const type of ['overview', 'deploy']) {
            source.addEventListener(type, (message) => {
                let value;
                try {
                    value = JSON.parse(message.data);
                } catch {
                    return;
                }
                this.handlers[type](value);
            });
        }
        source.addEventListener('error', () => {
            if (this.source !== source) return;
            this.fallBack();
            // The browser tries again by itself unless the answer was a refusal.
            if (source.readyState !== EventSource.CLOSED) return;
            clearTimeout(this.timer);
            this.timer = setTimeout(() => this.open(), this.wait * (0.75 + Math.random() / 2));
            this.wait = Math.min(this.wait * 2, longestWait);
        });
    }

    fallBack() {
        this.handlers.state('polling');
        this.poller ??= setInterval(() => this.handlers.poll(), pollEvery);
    }

    /** A page that nobody looks at holds no connection: a browser has six of them for all of its windows. */
    rest() {
        this.shut();
        clearInterval(this.poller);
        this.poller = null;
    }

    /** Ends the connection without a word to the handlers. */
    shut() {
        this.source?.close();
        this.source = null;
        clearTimeout(this.timer);
    }

    close() {
        this.shut();
        clearInterval(this.poller);
        this.poller = null;
        this.handlers.state('closed');
    }
}
