// The slider at the top of every screen: it moves everything to another time. Deploys are marks on it.
import { h } from './dom.js';
import { ago, clockText, day, deployTitle, exact, full, tone, zone } from './format.js';
import { icon } from './icons.js';
import { spans } from './time.js';

const resolution = 1000;

export class TimeBar {
    constructor(clock, model, announce) {
        Object.assign(this, { clock, model, announce });
    }

    async step(direction) {
        const event = await this.model.neighbor(direction);
        if (!event) {
            this.announce(direction < 0 ? 'No earlier deploy is known.' : 'No later deploy: live is the newest.');
            if (direction > 0 && this.clock.mode !== 'live') this.clock.live();
            return;
        }
        this.clock.travel(Date.parse(event.endedAt ?? event.startedAt) + 500);
        this.announce(`${deployTitle(event)}, ${event.outcome}, ${ago(Date.parse(event.startedAt), this.clock.present())}`);
    }

    live() {
        this.clock.live();
        this.announce('Live.');
    }

    pause() {
        if (this.clock.mode === 'live') {
            this.clock.pause();
            this.announce('Paused.');
        } else {
            this.live();
        }
    }

    view() {
        const { clock } = this;
        const window = clock.window();
        const at = clock.now();
        const share = (time) => (time - window.from) / (window.to - window.from);
        const position = clock.mode === 'live' ? resolution : Math.round(share(at) * resolution);
        const spoken = clock.mode === 'live' ? 'now, live' : `${exact(at)}, ${ago(at, clock.present())}`;
        const options = spans.some((span) => span.length === clock.span) ? spans
            : [...spans, { text: spanText(clock.span), length: clock.span }];
        return h('section', { class: `timebar ${clock.mode}`, 'aria-label': 'Time' },
            h('div', { class: 'timebar-buttons' },
                tool('previous', 'Previous deploy', () => this.step(-1), '['),
                tool('next', 'Next deploy', () => this.step(1), ']', clock.mode === 'live'),
                h('button', {
                    type: 'button', class: `live ${clock.mode === 'live' ? 'on' : ''}`,
                    'aria-keyshortcuts': 'l',
                    title: clock.mode === 'live' ? 'Pause (l)' : 'Back to now (l)', on: { click: () => this.pause() },
                }, h('span', { class: 'pulse', 'aria-hidden': 'true' }), clock.mode === 'live' ? ['Live', h('span', { class: 'visually-hidden' }, ': pause')] : 'Go live')),
            h('div', { class: 'timebar-track' },
                h('svg', { class: 'marks', viewBox: `0 0 ${resolution} 24`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
                    this.marks(window, share)),
                h('input', {
                    type: 'range', min: 0, max: resolution, step: 1, 'aria-label': 'Moment that is shown', 'aria-valuetext': spoken,
                    prop: { value: String(position) },
                    update: (element) => { if (element.value !== String(position)) element.value = String(position); },
                    on: { input: (event) => this.slide(event, window) },
                }),
                h('div', { class: 'timebar-ends', 'aria-hidden': 'true' }, h('span', null, `${endText(window.from, window.to)} ${zone(window.from)}`),
                    h('span', null, clock.mode === 'live' ? 'now' : endText(window.to, window.from)))),
            h('div', { class: 'timebar-side' },
                h('p', { class: 'moment', title: clock.mode === 'live' ? null : full(at) },
                    icon(clock.mode === 'paused' ? 'pause' : 'clock'),
                    clock.mode === 'live' ? 'Now' : exact(at)),
                h('label', { class: 'visually-hidden', for: 'span' }, 'Length of the time shown'),
                h('select', { id: 'span', on: { change: (event) => clock.cover(Number(event.target.value)) } },
                    options.map((span) => h('option',
                        { value: span.length, prop: { selected: span.length === clock.span }, key: span.length }, span.text)))));
    }

    slide(event, window) {
        const value = Number(event.target.value);
        if (value >= resolution && window.to >= this.clock.present() - 5_000) this.clock.live();
        else this.clock.travel(window.from + (value / resolution) * (window.to - window.from));
    }

    marks(window, share) {
        return this.model.deploys(window).map((deploy) => {
            const start = Math.max(0, share(Date.parse(deploy.startedAt))) * resolution;
            const end = Math.min(1, deploy.endedAt ? share(Date.parse(deploy.endedAt)) : 1) * resolution;
            const failed = ['failed', 'rolled-back'].includes(deploy.outcome);
            return h('rect', { key: deploy.id, class: `mark ${tone(deploy.outcome)}`, x: start.toFixed(1),
                width: Math.max(2.5, end - start).toFixed(1), y: failed ? 0 : 6, height: failed ? 24 : 12 });
        });
    }
}

function tool(shape, label, click, shortcut, disabled = false) {
    return h('button', { type: 'button', class: 'tool', 'aria-label': label, title: `${label} (${shortcut})`,
        'aria-keyshortcuts': shortcut, disabled, on: { click } }, icon(shape));
}

function endText(time, other) {
    return day(time) === day(other) ? clockText(time) : `${day(time).slice(5)} ${clockText(time)}`;
}

function spanText(length) {
    const minutes = Math.round(length / 60_000);
    if (minutes < 120) return `${minutes} minutes`;
    const hours = Math.round(length / 3_600_000);
    return hours < 72 ? `${hours} hours` : `${Math.round(length / 86_400_000)} days`;
}
