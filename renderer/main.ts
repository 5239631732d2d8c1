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
mount(App, { target, props: { application: new Application({ host: connectHost(), address: browserAddress }) } });
