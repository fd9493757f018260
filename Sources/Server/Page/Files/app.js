// The page: its frame, who is signed in, which screen is shown. Each screen is a module of its own.
import { Failure, get, onSignedOut, remove } from './api.js';
import * as application from './application.js';
import * as applications from './applications.js';
import * as deploy from './deploy.js';
import { ask, Notices } from './dialog.js';
import * as diff from './diff.js';
import { h, render } from './dom.js';
import { deployTitle, exact } from './format.js';
import * as graphs from './graphs.js';
import * as history from './history.js';
import { bird, icon } from './icons.js';
import { Model } from './model.js';
import { keepMoment, route, Router, to } from './router.js';
import * as signin from './signin.js';
import * as sinks from './sinks.js';
import { Clock } from './time.js';
import { TimeBar } from './timebar.js';
import * as topology from './topology.js';
import { failureView, notice } from './ui.js';
import * as workload from './workload.js';

const screens = { applications, application, workload, history, deploy, graphs, topology, diff, sinks };
const places = [['/', 'Applications'], ['/history', 'History'], ['/graphs', 'Graphs'], ['/topology', 'Topology'], ['/diff', 'Diff'],
    ['/sinks', 'Sinks']];

/** Screens of what the model sees, which is another moment's for as long as this one's is asked for. */
const showsSight = new Set(['applications', 'application', 'workload']);
const isOlder = (sight) => sight.loading && sight.applications !== null;

class App {
    constructor() {
        this.frame = frame();
        this.session = null;
        this.screen = null;
        this.menu = false;
        this.asked = false;
        this.connection = 'closed';
        /** The moment that the screen was told of last. */
        this.moment = '';
        this.redraw = () => {
            if (this.asked) return;
            this.asked = true;
            requestAnimationFrame(() => this.draw());
        };
        this.announce = announcer(this.frame.status);
        this.notices = new Notices(this.frame.notices);
        this.clock = new Clock();
        this.model = new Model(this.clock, {
            changed: (names) => { this.screen?.modelChanged?.(names); this.redraw(); },
            deploy: (event, isNews) => this.deployed(event, isNews),
            caughtUp: () => {
                // Screens that show deploys as they come.
                if (this.clock.mode === 'live' && this.screen?.deploy) this.screen.timeChanged?.();
                this.redraw();
            },
            state: (word) => this.connected(word),
        });
        this.bar = new TimeBar(this.clock, this.model, this.announce);
        this.router = new Router((forward, left) => this.show(forward, left));
        // Who moves by themselves is not moved.
        for (const type of ['wheel', 'touchmove', 'keydown', 'pointerdown']) {
            document.addEventListener(type, () => { this.left = null; }, { passive: true, capture: true });
        }
        this.ask = ask;
        keepMoment(() => this.clock.text);
        this.clock.listen(() => this.timeChanged());
        onSignedOut(() => { if (this.session) this.signedOut('Your sign-in has ended. Sign in again, and you are back where you were.'); });
        document.addEventListener('keydown', (event) => this.pressed(event));
        setInterval(() => { if (!document.hidden) this.redraw(); }, 10_000);
        document.addEventListener('visibilitychange', () => this.looked());
        window.addEventListener('pagehide', () => this.model.seen(false));
        window.addEventListener('pageshow', (event) => { if (event.persisted) this.model.seen(true); });
    }

    looked() {
        clearTimeout(this.unseen);
        if (document.hidden) {
            this.unseen = setTimeout(() => this.model.seen(false), 10_000);
            return;
        }
        this.model.seen(true);
        this.redraw();
    }

    async start() {
        const at = Date.parse(new URLSearchParams(location.search).get('at') ?? '');
        if (Number.isFinite(at)) this.clock.travel(at);
        const { main } = this.frame;
        // On a slow way: what the server wrote is there to read, or this.
        if (!main.querySelector('table, .app, form')) (main.firstElementChild ?? main).append(Object.assign(document.createElement('p'),
            { className: 'waiting', textContent: 'Loading…' }));
        try {
            this.session = await get('/api/v1/session');
        } catch (error) {
            if (!(error instanceof Failure) || error.status !== 401) {
                render(main, failureView(error, () => location.reload()));
                return;
            }
        }
        if (this.session) await this.signedIn(false);
        else this.show(false, history.state ?? {});
    }

    async signedIn(moved = true) {
        this.session ??= await get('/api/v1/session');
        this.ended = '';
        await this.model.start();
        this.show(moved, moved ? {} : history.state ?? {});
    }

    signedOut(why = '') {
        this.session = null;
        this.ended = why;
        this.model.stop();
        document.querySelector('dialog[open]')?.close();
        this.show(true);
    }

    /** The dot in the header says it at once; it is said aloud where it lasts. */
    connected(word) {
        const before = this.connection;
        this.connection = word;
        this.redraw();
        if (word === before || word === 'closed') return;
        clearTimeout(this.cut);
        if (word === 'polling') {
            this.cut = setTimeout(() => {
                this.isCut = true;
                this.announce('Changes are no longer shown as they happen: the connection is cut.');
            }, 5_000);
        } else if (this.isCut) {
            this.isCut = false;
            this.announce('Connected again.');
        }
    }

    async leave() {
        try {
            await remove('/api/v1/session');
        } catch (error) {
            this.notices.say('bad', h('p', null, error.message));
            return;
        }
        this.signedOut();
    }

    /** Opens the screen that the address names; `left` is where the reader was on it before. */
    show(forward, left = {}) {
        this.screen?.close?.();
        this.menu = false;
        const found = route(location.pathname);
        const query = new URLSearchParams(location.search);
        if (!forward) this.followAddress(query);
        this.moment = this.clock.text;
        const opened = this.session === null ? signin : found ? screens[found.screen] : null;
        this.screen = opened ? opened.open({ app: this, parameters: found?.parameters ?? {}, query, isBack: !forward })
            : { title: 'Not found', view: () => [h('h1', { tabindex: '-1' }, 'Not found'),
            notice('idle', h('p', null, 'There is no such page.'))] };
        this.place = found?.screen ?? '';
        this.number = (this.number ?? 0) + 1;
        this.arrived = this.number > 1;
        this.left = left.y > 0 || left.link ? { ...left, until: performance.now() + 4_000 } : null;
        this.askPolicies();
        this.draw();
    }

    /** Back and forth in the browser's history brings its moment back too. */
    followAddress(query) {
        const at = Date.parse(query.get('at') ?? '');
        if (Number.isFinite(at) && at !== this.clock.at) this.clock.travel(at);
        else if (!Number.isFinite(at) && this.clock.mode === 'past') this.clock.live();
    }

    timeChanged() {
        if (!this.session) return;
        clearTimeout(this.settled);
        // A hand on the slider passes many moments; browsers take an address only so often.
        this.settled = setTimeout(() => {
            const moment = this.clock.text;
            this.router.amend({ at: moment });
            if (moment !== this.moment) this.screen?.timeChanged?.();
            else this.screen?.windowChanged?.();
            this.moment = moment;
            this.askPolicies();
        }, 150);
        this.redraw();
    }

    /** Only where they are shown, for they cost the daemon something. */
    askPolicies() {
        if (this.session !== null && showsSight.has(this.place)) this.model.askPolicies();
    }

    deployed(event, isNews) {
        this.screen?.deploy?.(event);
        if (isNews && this.clock.mode === 'live') this.announce.later(`${deployTitle(event)}: deploy ${event.outcome}`);
        this.redraw();
    }

    pressed(event) {
        if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !this.session
            || document.querySelector('dialog[open]')) return;
        if (event.target.closest?.('input, textarea, select')) {
            if (!(event.target.type === 'range' && '[]l'.includes(event.key))) return;
        }
        switch (event.key) {
        case 'Escape':
            if (!this.menu) return;
            this.menu = false;
            this.frame.header.querySelector('.menu')?.focus();
            this.redraw();
            break;
        case '[': this.bar.step(-1); break;
        case ']': this.bar.step(1); break;
        case 'l': this.bar.pause(); break;
        case '/': {
            const field = this.frame.main.querySelector('input[type=search], input[type=text]');
            if (!field) return;
            field.focus();
            break;
        }
        default: return;
        }
        event.preventDefault();
    }

    draw() {
        this.asked = false;
        if (!this.screen) return;
        const { frame: { header, time, main } } = this;
        document.title = `${this.screen.title} – Martlet`;
        render(header, this.headerView());
        time.hidden = this.session === null;
        if (this.session) render(time, this.bar.view());
        document.body.classList.toggle('past', this.session !== null && this.clock.mode !== 'live');
        let content;
        try {
            content = this.screen.view();
        } catch (error) {
            console.error(error);
            content = failureView(new Failure(0, { message: 'this page cannot be shown', advice: error.message }));
        }
        const isBusy = showsSight.has(this.place) && this.session !== null && isOlder(this.model.sight());
        render(main, h('div', { class: `screen ${this.place}`, key: this.number, 'aria-busy': isBusy ? 'true' : null }, content));
        if (this.arrived) {
            this.arrived = false;
            window.scrollTo(0, 0);
            (main.querySelector('h1') ?? main).focus({ preventScroll: true });
        }
        if (this.left) this.comeBack();
    }

    /** As far down as before, and on the link that led away; lists may take a moment to be as long again. */
    comeBack() {
        const { y, link, until } = this.left;
        const same = link ? this.frame.main.querySelector(`a[href="${CSS.escape(link)}"]`) : null;
        if (same) {
            same.focus({ preventScroll: true });
            this.left.link = null;
        }
        window.scrollTo(0, y ?? 0);
        if ((window.scrollY + 1 >= (y ?? 0) && !this.left.link) || performance.now() > until) this.left = null;
    }

    headerView() {
        const states = { live: ['good', '', 'Connected: changes are shown as they happen'],
            polling: ['warn', 'Not live', 'The stream is cut: asking every ten seconds'], closed: ['idle', '', 'Not connected'] };
        const [kind, word, words] = this.model.failure && this.connection !== 'live'
            ? ['bad', 'Out of reach', `${this.model.failure.message}: what is shown is of ${exact(this.model.known)}`] : states[this.connection];
        const current = { application: '/', workload: '/', deploy: '/history', applications: '/' }[this.place] ?? location.pathname;
        return [
            h('a', { class: 'brand', href: to('/') }, bird(), 'Martlet'),
            this.session ? [
                h('button', { type: 'button', class: 'menu', 'aria-expanded': String(this.menu), 'aria-controls': 'screens',
                    on: { click: () => { this.menu = !this.menu; this.redraw(); } } }, icon('menu'),
                    h('span', { class: 'visually-hidden' }, 'Menu')),
                h('nav', { id: 'screens', 'aria-label': 'Screens', class: this.menu ? 'open' : null },
                    places.map(([path, text]) => h('a', { href: to(path), key: path,
                        'aria-current': current !== path ? null : path === location.pathname ? 'page' : 'true' }, text))),
                h('div', { class: 'who' },
                    h('span', { class: `connection ${kind}`, title: words }, h('span', { class: 'visually-hidden' }, words),
                        h('span', { 'aria-hidden': 'true' }, word)),
                    h('span', { class: 'user', title: this.session.user }, this.session.user),
                    this.session.by === 'cookie' ? h('button', { type: 'button', class: 'plain', on: { click: () => this.leave() } },
                        'Sign out') : null),
            ] : null,
        ];
    }
}

/** The parts of the document; what the server wrote is taken over. */
function frame() {
    const main = document.getElementById('main') ?? document.body.appendChild(Object.assign(document.createElement('main'),
        { id: 'main' }));
    main.tabIndex = -1;
    const header = document.querySelector('header.top') ?? before(main, 'header', { className: 'top' });
    if (!document.querySelector('.skip')) {
        const skip = Object.assign(document.createElement('a'), { className: 'skip', href: '#main', textContent: 'Skip to content' });
        document.body.prepend(skip);
    }
    const time = before(main, 'div', { id: 'time', hidden: true });
    const notices = document.body.appendChild(Object.assign(document.createElement('div'), { id: 'notices' }));
    notices.setAttribute('role', 'status');
    const status = document.body.appendChild(Object.assign(document.createElement('div'), { id: 'status', className: 'visually-hidden' }));
    status.setAttribute('aria-live', 'polite');
    return { main, header, time, notices, status };
}

function before(main, tag, properties) {
    const element = Object.assign(document.createElement(tag), properties);
    main.before(element);
    return element;
}

/** Reads words aloud: at once what somebody asked for; `later` gathers news, of which many at once are only counted. */
function announcer(element) {
    let waiting = [];
    let timer = null;
    let silence = null;
    const say = (words) => {
        element.textContent = words;
        clearTimeout(silence);
        // The same words again are news again.
        silence = setTimeout(() => { element.textContent = ''; }, 4_000);
    };
    say.later = (words) => {
        waiting.push(words);
        timer ??= setTimeout(() => {
            say(waiting.length > 2 ? `${waiting.length} deploys changed, the last: ${waiting.at(-1)}` : waiting.join('. '));
            waiting = [];
            timer = null;
        }, 5_000);
    };
    return say;
}

new App().start();
