// Who asks? A token of the cluster, or one of the daemon's own file.
import { post } from './api.js';
import { h } from './dom.js';
import { failureView, notice } from './ui.js';

/** Read before the first screen is drawn over what the server wrote. */
const ways = {
    isFrame: document.getElementById('sign-in') !== null || document.getElementById('sign-in-link') !== null,
    takesTokens: document.getElementById('sign-in') !== null,
    link: document.getElementById('sign-in-link')?.textContent ?? '',
    /** Why the last try was refused. */
    refusal: document.querySelector('main .notice.bad')?.textContent ?? '',
};

export function open({ app }) {
    // What was written into the server's form while the script was on its way.
    const written = document.getElementById('sign-in-token')?.value ?? '';
    // What the daemon says of the ways in: whether tokens are one, and of the link that it prints.
    const { isFrame, takesTokens, link } = ways;
    const state = { token: written, failure: null, busy: false };

    const submit = async (event) => {
        event.preventDefault();
        if (state.busy || state.token.trim() === '') return;
        Object.assign(state, { busy: true, failure: null });
        ways.refusal = '';
        app.redraw();
        try {
            await post('/api/v1/session', { token: state.token.trim() });
            state.token = '';
            await app.signedIn();
        } catch (error) {
            state.failure = error;
        }
        state.busy = false;
        app.redraw();
    };

    return {
        title: 'Sign in',
        view: () => h('form', { class: 'panel signin', on: { submit } },
            h('h1', { tabindex: '-1' }, 'Sign in'),
            app.ended || ways.refusal ? notice('warn', h('p', null, app.ended || ways.refusal)) : null,
            isFrame && !takesTokens ? null : [
                h('p', null, 'Your token says who you are; the cluster says what you may see and do.'),
                h('p', { class: 'field' }, h('label', { for: 'token' }, 'Token'),
                    h('input', { id: 'token', type: 'password', autocomplete: 'off', required: true, 'aria-describedby': 'token-hint',
                        prop: { value: state.token }, on: { input: (event) => { state.token = event.target.value; } } }),
                    h('small', { id: 'token-hint' }, 'One of the daemon\'s token file, or of a service account, as ',
                        h('code', null, 'kubectl create token NAME -n NAMESPACE'),
                        ' prints it. It is kept in a cookie that scripts cannot read.')),
                state.failure ? failureView(state.failure) : null,
                h('button', { type: 'submit', class: 'primary', disabled: state.busy }, state.busy ? 'Working…' : 'Sign in'),
            ],
            link ? h('p', { class: 'quiet' }, link) : null),
    };
}
