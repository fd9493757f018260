// Who asks? A token of the cluster, or one of the daemon's own file.
import { post } from './api.js';
import { h } from './dom.js';
import { failureView, notice } from './ui.js';

export function open({ app }) {
    // What was written into the server's form while the script was on its way.
    const written = document.getElementById('sign-in-token')?.value ?? '';
    const state = { token: written, failure: null, busy: false };

    const submit = async (event) => {
        event.preventDefault();
        if (state.busy || state.token.trim() === '') return;
        Object.assign(state, { busy: true, failure: null });
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
            app.ended ? notice('warn', h('p', null, app.ended)) : null,
            h('p', null, 'Your token says who you are; the cluster says what you may see and do.'),
            h('p', { class: 'field' }, h('label', { for: 'token' }, 'Token'),
                h('input', { id: 'token', type: 'password', autocomplete: 'off', required: true, 'aria-describedby': 'token-hint',
                    prop: { value: state.token }, on: { input: (event) => { state.token = event.target.value; } } }),
                h('small', { id: 'token-hint' }, 'Such as what ', h('code', null, 'kubectl create token NAME -n NAMESPACE'),
                    ' prints. It is kept in a cookie that scripts cannot read. On a laptop, open the one-time link that the daemon printed instead: '
                        + 'kill -USR1 with its process id makes it print another.')),
            state.failure ? failureView(state.failure) : null,
            h('button', { type: 'submit', class: 'primary', disabled: state.busy }, state.busy ? 'Working…' : 'Sign in')),
    };
}
