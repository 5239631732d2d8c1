/** Entry of the renderer, in the window and in the browser tab: joins host, state and views, and nothing else. */
import { mount } from "svelte";

import App from "./App.svelte";
import { connectHost } from "./host/connect-host.ts";
import { browserAddress } from "./host/browser-address.ts";
import { Application } from "./state/application.svelte.ts";
import { settings } from "./state/settings.svelte.ts";
import "./theme/theme.css";
import { theme } from "./theme/theme.svelte.ts";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no #app element");

theme.start();
settings.start();
/** Of a window's width the panes at its sides leave the wavefront about so much. */
const PLOT_SHARE = 0.6;
const plotPx = () => Math.round(innerWidth * devicePixelRatio * PLOT_SHARE);
const application = new Application({ host: connectHost(), address: browserAddress, plotPx });
mount(App, { target, props: { application } });
