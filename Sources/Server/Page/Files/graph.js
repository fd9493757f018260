// One time-series graph: dygraphs draws the lines, and what is drawn behind them are the deploys. The library comes from
// where the system's package puts it; its legend is left out, for it writes HTML and styles into the page.
import { render } from './dom.js';
import { amount, clockText, day, exact } from './format.js';

const outcomes = {
    running: { sign: '…', variable: '--busy' },
    succeeded: { sign: '✓', variable: '--good' },
    failed: { sign: '✕', variable: '--bad', hatch: 1 },
    'rolled-back': { sign: '↩', variable: '--warn', hatch: -1 },
    superseded: { sign: '»', variable: '--idle' },
};

const dashes = [null, [7, 3], [2, 3], [10, 3, 2, 3]];
const colorCount = 8;

export const outcomeSign = (outcome) => outcomes[outcome]?.sign ?? '·';

let library = null;

/** dygraphs, once; a page without it says which package has it. */
export function load() {
    library ??= new Promise((resolve, reject) => {
        const sheet = document.createElement('link');
        sheet.rel = 'stylesheet';
        sheet.href = '/assets/dygraph.min.css';
        const script = document.createElement('script');
        script.src = '/assets/dygraph.min.js';
        script.addEventListener('load', () => {
            const { Dygraph } = window;
            if (!Dygraph) {
                reject(new Error('what came as dygraphs is something else'));
                return;
            }
            Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend
                && plugin !== Dygraph.Plugins.RangeSelector && plugin !== Dygraph.Plugins.Annotations);
            resolve(Dygraph);
        });
        script.addEventListener('error', () => {
            library = null;
            script.remove();
            sheet.remove();
            reject(new Error('graphs need the library dygraphs'));
        });
        // Before ours, which says the last word.
        document.head.prepend(sheet);
        document.head.append(script);
    });
    return library;
}

/** Prometheus' matrix as rows of a table: `{names, rows}`. Names are unique, rows sorted by time. */
export function tabulate(result, window) {
    const names = [];
    const rows = new Map();
    const series = result.slice(0, 50);
    const common = sharedLabels(series.map(({ metric }) => metric ?? {}));
    series.forEach(({ metric, values }, index) => {
        let name = seriesName(metric, common);
        if (names.includes(name)) name = `${name} #${index + 1}`;
        names.push(name);
        for (const [seconds, value] of values) {
            const time = Math.round(Number(seconds) * 1000);
            if (!rows.has(time)) rows.set(time, new Array(series.length).fill(null));
            const number = Number(value);
            rows.get(time)[index] = Number.isFinite(number) ? number : null;
        }
    });
    // A window without an answer at its ends is still the window.
    for (const end of [window.from, window.to]) if (!rows.has(end)) rows.set(end, new Array(series.length).fill(null));
    return { names, rows: [...rows].sort((a, b) => a[0] - b[0]).map(([time, values]) => [new Date(time), ...values]) };
}

/** Labels that all series have alike: they tell none from another, and long names hide what does. */
function sharedLabels(metrics) {
    if (metrics.length < 2) return new Set();
    const [first, ...others] = metrics;
    return new Set(Object.keys(first).filter((label) => label !== '__name__'
        && others.every((metric) => metric[label] === first[label])));
}

function seriesName(metric, common) {
    const { __name__: name = '', ...labels } = metric ?? {};
    const inside = Object.entries(labels).filter(([label]) => !common.has(label)).map(([label, value]) => `${label}="${value}"`).join(', ');
    return inside === '' ? name || 'value' : `${name}{${inside}}`;
}

export const seriesColor = (index) => `--series-${(index % colorCount) + 1}`;
export const seriesDash = (index) => dashes[Math.floor(index / colorCount) % dashes.length];

export class Graph {
    /** `told`: zoom(from, to), values(Map or null). `describe(deploy)` is what stands in the bubble. */
    constructor(element, told, describe) {
        Object.assign(this, { element, told, describe, deploys: [], window: null, shown: null, drawing: null, state: null, lit: null });
        this.canvas = document.createElement('div');
        this.canvas.className = 'graph-canvas';
        this.bubble = document.createElement('div');
        this.bubble.className = 'bubble';
        this.bubble.hidden = true;
        element.append(this.canvas, this.bubble);
        this.canvas.addEventListener('mousemove', (event) => this.hover(event));
        this.canvas.addEventListener('mouseleave', () => this.point(null));
        this.scheme = matchMedia('(prefers-color-scheme: dark)');
        this.recolor = () => this.show(this.state, true);
        this.scheme.addEventListener('change', this.recolor);
        this.sizes = new ResizeObserver(() => this.drawing?.resize());
        this.sizes.observe(this.canvas);
    }

    /** Draws `{table, window, deploys, hidden, moment}`; nothing happens where nothing changed. */
    async show(state, anew = false) {
        if (!state) return;
        const before = this.state;
        this.state = state;
        this.deploys = state.deploys;
        this.window = state.window;
        if (!anew && before && before.table === state.table && before.window.from === state.window.from
            && before.window.to === state.window.to
            && before.moment === state.moment && sameDeploys(before.deploys, state.deploys)
                && before.hidden.join() === state.hidden.join()) return;
        const Dygraph = await load();
        if (this.state !== state || !this.element.isConnected) return;
        const { names, rows } = state.table;
        const options = {
            file: rows, labels: ['time', ...names], dateWindow: [state.window.from, state.window.to],
            visibility: names.map((name) => !state.hidden.includes(name)),
            colors: names.map((_, index) => this.color(seriesColor(index))),
            series: Object.fromEntries(names.map((name, index) => [name, { strokePattern: seriesDash(index) }])),
            axisLineColor: this.color('--line'), gridLineColor: this.color('--line'),
        };
        if (this.drawing && !anew && same(this.names, names)) {
            this.drawing.updateOptions(options);
            return;
        }
        this.drawing?.destroy();
        this.names = names;
        const { file, ...rest } = options;
        this.drawing = new Dygraph(this.canvas, file, {
            ...rest, strokeWidth: 1.6, includeZero: true, axisLabelFontSize: 11, gridLineWidth: 0.6, highlightCircleSize: 3.5, rightGap: 6,
            xRangePad: 0, animatedZooms: false,
            labelsUTC: false, legend: 'never',
            axes: { x: { axisLabelFormatter: (time, granularity) => this.timeLabel(time, granularity), pixelsPerLabel: 80 },
                y: { axisLabelFormatter: (value) => amount(value), axisLabelWidth: 52 } },
            underlayCallback: (context, area, graph) => this.underlay(context, area, graph),
            highlightCallback: (_, x, points) => this.told.values({ time: x,
                values: new Map(points.map((point) => [point.name, point.yval])) }),
            unhighlightCallback: () => this.told.values(null),
            zoomCallback: (from, to) => {
                const length = this.window.to - this.window.from;
                if (Math.abs(from - this.window.from) + Math.abs(to - this.window.to) > length / 500) this.told.zoom(from, to);
            },
        });
    }

    timeLabel(time) {
        const length = this.window.to - this.window.from;
        if (length > 4 * 86_400_000) return day(time).slice(5);
        if (length > 86_400_000) return `${day(time).slice(8)}. ${clockText(time)}`;
        return length < 10 * 60_000 ? exact(time).slice(11) : clockText(time);
    }

    color(variable) {
        return getComputedStyle(this.element).getPropertyValue(variable).trim() || '#888';
    }

    /** Deploys as regions: color and pattern by outcome, a sign on top. */
    underlay(context, area, graph) {
        const font = '600 11px system-ui, sans-serif';
        let labeled = -Infinity;
        for (const deploy of this.deploys) {
            const look = outcomes[deploy.outcome] ?? outcomes.superseded;
            const color = this.color(look.variable);
            const [left, right] = this.edges(deploy, area, graph);
            context.save();
            context.globalAlpha = this.lit === deploy.id ? 0.34 : 0.15;
            context.fillStyle = color;
            context.fillRect(left, area.y, right - left, area.h);
            if (look.hatch) hatch(context, left, right, area, color, look.hatch);
            context.globalAlpha = 0.9;
            context.fillRect(left, area.y, 1.5, area.h);
            if (left - labeled > 13) {
                context.globalAlpha = 1;
                context.font = font;
                context.textBaseline = 'top';
                context.fillText(look.sign, left + 4, area.y + 3);
                labeled = left;
            }
            context.restore();
        }
        const { moment } = this.state;
        if (moment !== null && moment >= this.window.from && moment <= this.window.to) {
            const x = graph.toDomXCoord(moment);
            context.save();
            context.strokeStyle = this.color('--accent');
            context.setLineDash([4, 3]);
            context.lineWidth = 1.5;
            context.beginPath();
            context.moveTo(x, area.y);
            context.lineTo(x, area.y + area.h);
            context.stroke();
            context.restore();
        }
    }

    edges(deploy, area, graph) {
        const start = Date.parse(deploy.startedAt);
        const end = deploy.endedAt ? Date.parse(deploy.endedAt) : this.window.to;
        const left = Math.max(area.x, graph.toDomXCoord(start));
        return [left, Math.max(left + 4, Math.min(area.x + area.w, graph.toDomXCoord(end)))];
    }

    hover(event) {
        if (!this.drawing) return;
        const box = this.canvas.getBoundingClientRect();
        const x = event.clientX - box.left;
        const area = this.drawing.getArea();
        const hits = this.deploys.filter((deploy) => {
            const [left, right] = this.edges(deploy, area, this.drawing);
            return x >= left - 3 && x <= right + 3;
        });
        this.point(hits.length > 0 ? hits.slice(-3) : null, x, box.width);
    }

    /** Shows the bubble of these deploys, or none. */
    point(deploys, x = 0, width = 1) {
        this.bubble.hidden = !deploys;
        this.light(deploys?.at(-1)?.id ?? null);
        if (!deploys) return;
        render(this.bubble, deploys.map((deploy) => this.describe(deploy)));
        // Below the lines, which it must not hide.
        const wide = this.bubble.offsetWidth;
        this.bubble.style.left = `${Math.max(0, Math.min(width - wide, x - wide / 2))}px`;
    }

    light(id) {
        if (this.lit === id) return;
        this.lit = id;
        this.drawing?.updateOptions({}, false);
    }

    destroy() {
        this.scheme.removeEventListener('change', this.recolor);
        this.sizes.disconnect();
        this.drawing?.destroy();
        this.drawing = null;
    }
}

function hatch(context, left, right, area, color, direction) {
    context.save();
    context.beginPath();
    context.rect(left, area.y, right - left, area.h);
    context.clip();
    context.globalAlpha = 0.4;
    context.strokeStyle = color;
    context.lineWidth = 1;
    context.beginPath();
    for (let offset = left - area.h; offset < right + area.h; offset += 7) {
        context.moveTo(offset, direction > 0 ? area.y + area.h : area.y);
        context.lineTo(offset + area.h, direction > 0 ? area.y : area.y + area.h);
    }
    context.stroke();
    context.restore();
}

const same = (a, b) => a?.length === b.length && a.every((name, index) => name === b[index]);
const sameDeploys = (a, b) => a.length === b.length
    && a.every((deploy, index) => deploy.id === b[index].id && deploy.outcome === b[index].outcome && deploy.endedAt === b[index].endedAt);
