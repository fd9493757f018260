// The pods of a workload, and the log of one that fails.
import { Question } from './api.js';
import { h } from './dom.js';
import { count } from './format.js';
import { answered, badge, button, imageView, nothing, table } from './ui.js';

export class Pods {
    constructor(app, api) {
        Object.assign(this, { app, api });
        this.list = new Question(app.redraw);
        this.log = new Question(app.redraw);
        this.shown = null;
    }

    ask() {
        this.list.ask(`${this.api}/pods`);
    }

    /** Whether somebody would like to see them move. */
    troubled() {
        return (this.list.value?.pods ?? []).some((pod) => !pod.ready);
    }

    close() {
        this.list.drop();
        this.log.drop();
    }

    read(pod, container, previous = false) {
        if (this.shown?.pod !== pod || this.shown?.container !== container || this.shown?.previous !== previous) this.log.value = null;
        if (!this.shown || this.log.value === null) this.opener = document.activeElement;
        this.shown = { pod, container, previous };
        this.log.ask(`${this.api}/logs`, { pod, container, lines: 200, ...(previous ? { previous: 'true' } : {}) });
    }

    /** Back to the button that opened the log. */
    shut() {
        const { opener } = this;
        this.log.drop();
        this.shown = null;
        this.app.redraw();
        if (opener?.isConnected) opener.focus();
    }

    view() {
        return [answered(this.list, (value) => this.pods(value), () => this.ask()), this.shown ? this.logView() : null];
    }

    pods({ pods }) {
        if (pods.length === 0) return nothing('No pods.');
        const sorted = [...pods].sort((a, b) => Number(a.ready) - Number(b.ready) || a.name.localeCompare(b.name));
        return [
            h('p', { class: 'quiet' }, `${count(pods.length, 'pod')}, ${pods.filter((pod) => pod.ready).length} ready`),
            table('Pods', ['Pod', 'Health', 'Containers'], sorted.slice(0, 100).map((pod) => h('tr', { key: pod.name },
                h('th', { scope: 'row' }, h('span', { class: 'pod-name' }, pod.name),
                    pod.arm ? h('span', { class: `flag ${pod.arm}` }, pod.arm) : null),
                h('td', null, badge(pod.health), pod.message ? h('span', { class: 'row-message' }, pod.message) : null),
                h('td', null, h('ul', { class: 'plain-list' }, pod.containers.map((container) => h('li', { key: container.name },
                    h('span', { class: 'container-name' }, container.name), ' ',
                    container.role === 'container' ? null : h('span', { class: 'flag' }, container.role), ' ', imageView(container.image), ' ',
                    h('span', { class: container.ready || container.done ? 'quiet' : 'state-bad' }, container.state),
                    container.restarts > 0 ? h('span', { class: 'quiet' }, ` ${count(container.restarts, 'restart')}`) : null, ' ',
                    button('Log', () => this.read(pod.name, container.name),
                        { kind: 'small', label: `Log of ${container.name} in ${pod.name}` }), ' ',
                    container.restarts > 0 ? button('Before the restart', () => this.read(pod.name, container.name, true),
                        { kind: 'small', label: `Before the restart: log of ${container.name} in ${pod.name}` }) : null))))))),
            pods.length > 100 ? h('p', { class: 'quiet' }, `and ${pods.length - 100} more`) : null,
        ];
    }

    logView() {
        const { pod, container, previous } = this.shown;
        return h('section', { class: 'log', 'aria-label': `Log of ${container} in ${pod}`, key: 'log' },
            h('header', null, h('h3', null, `${container} in ${pod}`, previous ? ' before its restart' : ''),
                h('div', { class: 'actions' }, button('Refresh', () => this.read(pod, container, previous), { kind: 'small' }),
                    button('Close', () => this.shut(), { kind: 'small', label: 'Close the log' }))),
            answered(this.log, ({ lines }) => (lines.length === 0 ? nothing('The log is empty.') : h('pre', {
                class: 'code', role: 'region', tabindex: '0', 'aria-label': 'Lines', key: `${pod}/${container}/${previous}`,
                mount: (element) => requestAnimationFrame(() => { element.scrollTop = element.scrollHeight; }),
            }, lines.join('\n'))), () => this.read(pod, container, previous)));
    }
}
