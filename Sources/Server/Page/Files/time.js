// The one clock of the page: live, paused (what was on the screen stays), or in the past. Every screen asks it.

export const spans = [
    { text: '15 minutes', length: 15 * 60_000 },
    { text: '1 hour', length: 3_600_000 },
    { text: '6 hours', length: 6 * 3_600_000 },
    { text: '1 day', length: 86_400_000 },
    { text: '7 days', length: 7 * 86_400_000 },
    { text: '30 days', length: 30 * 86_400_000 },
    { text: '1 year', length: 365 * 86_400_000 },
];

export class Clock {
    constructor() {
        this.mode = 'live';
        this.at = 0;
        this.span = 6 * 3_600_000;
        /** The end of the window that slider and graphs show, while not live. */
        this.end = 0;
        /** Whether somebody said how much. */
        this.isChosen = false;
        /** What the daemon's clock is ahead of this machine's. */
        this.ahead = 0;
        this.listeners = new Set();
    }

    listen(callback) {
        this.listeners.add(callback);
    }

    told(time) {
        const daemon = Date.parse(time);
        if (Number.isFinite(daemon)) this.ahead = daemon - Date.now();
    }

    /** The present. */
    present() {
        return Date.now() + this.ahead;
    }

    /** The moment that is shown. */
    now() {
        return this.mode === 'live' ? this.present() : this.at;
    }

    /** The moment as addresses and questions have it; '' while live. */
    get text() {
        return this.mode === 'live' ? '' : new Date(this.at).toISOString();
    }

    /** What slider and graphs cover. */
    window() {
        const to = this.mode === 'live' ? this.present() : Math.min(this.end, this.present());
        return { from: to - this.span, to };
    }

    live() {
        this.mode = 'live';
        this.tell();
    }

    pause() {
        if (this.mode !== 'live') return;
        this.at = this.present();
        this.end = this.at;
        this.mode = 'paused';
        this.tell();
    }

    /** Shows this moment; the window follows where the moment is outside. */
    travel(time) {
        const present = this.present();
        const window = this.window();
        this.at = Math.min(time, present);
        this.end = window.to;
        if (this.at < window.from || this.at > window.to) this.end = Math.min(this.at + this.span / 2, present);
        this.mode = 'past';
        this.tell();
    }

    /** A length of the window; what is shown stays. */
    cover(length) {
        const present = this.present();
        this.span = Math.max(60_000, length);
        this.isChosen = true;
        if (this.mode !== 'live' && this.at < this.end - this.span) this.end = Math.min(this.at + this.span / 2, present);
        this.tell();
    }

    /** Shows the window between two moments, as they were at its end. */
    zoom(from, to) {
        const present = this.present();
        this.span = Math.max(60_000, to - from);
        this.end = Math.min(to, present);
        this.at = this.end;
        this.mode = 'past';
        this.tell();
    }

    /** A window of what is known, where that is little and nobody chose. */
    fit(knownSince) {
        const age = (this.present() - knownSince) * 1.3;
        const fitting = spans.find((span) => span.length >= age);
        if (this.isChosen || this.mode !== 'live' || !fitting || fitting.length >= this.span) return;
        this.span = fitting.length;
        this.isChosen = true;
        this.tell();
    }

    tell() {
        for (const callback of this.listeners) callback();
    }
}
