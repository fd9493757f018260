// Questions before something is done, and words after it.
import { h, render } from './dom.js';
import { failureView } from './ui.js';

let serial = 0;

/** Asks before a verb: says what will happen, takes what it needs, and stays open with the reason where it fails.
 *  `fields`: {name, text, type: 'text' | 'select', value, options: [{value, text}], required, hint}.
 *  `run(values)` does it. Answers with what `run` gave, or null where the person thought better of it. */
export function ask({ title, text, verb, kind = 'primary', fields = [], run }) {
    return new Promise((resolve) => {
        const element = document.createElement('dialog');
        const opener = document.activeElement;
        const id = `dialog-${serial += 1}`;
        element.setAttribute('aria-labelledby', id);
        element.setAttribute('aria-describedby', `${id}-text`);
        const values = Object.fromEntries(fields.map((field) => [field.name, field.value ?? '']));
        let [failure, busy, result] = [null, false, null];
        const draw = () => render(element, h('form', { on: { submit } },
            h('h2', { id }, title),
            h('div', { id: `${id}-text`, class: 'dialog-text' }, [text].flat().map((paragraph) => h('p', null, paragraph))),
            fields.map((field) => input(field, id, values)),
            failure ? failureView(failure) : null,
            h('div', { class: 'dialog-buttons' },
                h('button', { type: 'button', disabled: busy, on: { click: () => element.close() } }, 'Cancel'),
                h('button', { type: 'submit', class: kind, disabled: busy }, busy ? 'Working…' : verb))));
        const submit = async (event) => {
            event.preventDefault();
            if (busy) return;
            [busy, failure] = [true, null];
            draw();
            try {
                result = await run(values) ?? true;
                element.close();
            } catch (error) {
                failure = error;
            }
            busy = false;
            draw();
        };
        // What is on its way cannot be called back; the answer says what became of it.
        element.addEventListener('cancel', (event) => { if (busy) event.preventDefault(); });
        element.addEventListener('close', () => {
            element.remove();
            (opener?.isConnected && opener !== document.body ? opener : document.querySelector('main h1'))?.focus({ preventScroll: true });
            resolve(result);
        });
        document.body.append(element);
        draw();
        element.showModal();
    });
}

function input(field, id, values) {
    const name = `${id}-${field.name}`;
    const hint = field.hint ? `${name}-hint` : null;
    const common = { id: name, required: field.required ?? false, 'aria-describedby': hint, autocomplete: 'off' };
    const control = field.type === 'select'
        ? h('select', { ...common, on: { change: (event) => { values[field.name] = event.target.value; } } },
            field.options.map((option) => h('option', { value: option.value, selected: option.value === values[field.name] }, option.text)))
        : h('input', {
            ...common, type: field.type ?? 'text', maxlength: 1000, spellcheck: 'false',
            prop: { value: values[field.name] },
            on: { input: (event) => { values[field.name] = event.target.value; } },
        });
    return h('p', { class: 'field', key: field.name }, h('label', { for: name }, field.text, field.required ? ' (required)' : ''), control,
        hint ? h('small', { id: hint }, field.hint) : null);
}

/** Words that stay for a while, and are read aloud. */
export class Notices {
    constructor(element) {
        this.element = element;
        this.list = [];
    }

    say(kind, ...content) {
        const entry = { key: serial += 1, kind, content };
        this.list = [...this.list.slice(-3), entry];
        this.draw();
        setTimeout(() => this.fade(entry), kind === 'bad' ? 20_000 : 9_000);
    }

    /** Not while somebody reads or is about to press. */
    fade(entry) {
        if (this.element.matches(':hover, :focus-within')) setTimeout(() => this.fade(entry), 3_000);
        else this.drop(entry);
    }

    drop(entry) {
        this.list = this.list.filter((other) => other !== entry);
        this.draw();
    }

    draw() {
        render(this.element, this.list.map((entry) => h('div', { class: `toast ${entry.kind}`, key: entry.key },
            h('div', null, entry.content),
            h('button', { type: 'button', class: 'plain', 'aria-label': 'Dismiss', on: { click: () => this.drop(entry) } }, '×'))));
    }
}
